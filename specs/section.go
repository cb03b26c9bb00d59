package specs

import "iter"

// Section is one section of a spec: values by id, in the order of the file.
type Section[T any] struct {
	ids    []string
	values map[string]T
}

// IDs lists the ids in file order. The caller must not modify the slice.
func (s Section[T]) IDs() []string { return s.ids }

// Get returns the value of an id.
func (s Section[T]) Get(id string) (T, bool) {
	v, ok := s.values[id]
	return v, ok
}

// Len is the number of entries.
func (s Section[T]) Len() int { return len(s.ids) }

// All yields ids and values in file order.
func (s Section[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, id := range s.ids {
			if !yield(id, s.values[id]) {
				return
			}
		}
	}
}

func (s *Section[T]) add(id string, v T) {
	if s.values == nil {
		s.values = map[string]T{}
	}
	s.ids = append(s.ids, id)
	s.values[id] = v
}
