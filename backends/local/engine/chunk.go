package engine

// chunkRows is how many rows of a batch one thread carries through a run of operations before it takes
// the next: few enough for their intermediate values to stay in its cache, and whole blocks of the
// sums over rows.
const chunkRows = rowBlock

// chunk is consecutive rows of a batch, in the hands of one thread. What one row computes depends on
// that row alone, so neither the cut into chunks nor the thread matters.
type chunk struct {
	*Trainer
	*lane
	b     *batch
	first int // row of the batch
	n     int // rows
}

// lane is one thread's memory without meaning from one chunk to the next. Rows that a product reads
// are padded where their length would put every row into the same sets of the cache.
type lane struct {
	normed, dnormed []float32 // [chunkRows, Dim]
	mlp             []float32 // [chunkRows, padded(FF)]
	dmlp            []float32 // [chunkRows, FF]
	dgateUp         []float32 // [chunkRows, padded(2*FF)]
	dqkv            []float32 // [chunkRows, padded(qkvDim)]
	logits          []float32 // [lossRows, padded(Vocab)]
	attention       attentionScratch
}

func newLane(c Config) *lane {
	rows := func(width int) []float32 { return make([]float32, chunkRows*width) }
	return &lane{
		normed: rows(c.Dim), dnormed: rows(c.Dim), mlp: rows(padded(c.FF)), dmlp: rows(c.FF),
		dgateUp: rows(padded(2 * c.FF)), dqkv: rows(padded(c.qkvDim())),
		logits: make([]float32, c.lossRows()*padded(c.Vocab)),
	}
}

// padded is the distance of rows of width floats: never a multiple of 2 KiB, at which a kernel that
// reads one float of each of several rows finds all of them in the same few cache sets.
func padded(width int) int {
	if width%512 == 0 {
		return width + 16
	}
	return width
}

// eachChunk calls work for all rows of the batch, chunk by chunk, on all threads.
func (t *Trainer) eachChunk(b *batch, work func(c chunk)) {
	t.eachRows(b, 0, b.rows(), chunkRows, work)
}

// eachRows calls work for the rows lo..hi of the batch, at most size at a time.
func (t *Trainer) eachRows(b *batch, lo, hi, size int, work func(c chunk)) {
	t.rt.each((hi-lo+size-1)/size, func(thread, i int) {
		first := lo + i*size
		work(chunk{t, t.lanes[thread], b, first, min(size, hi-first)})
	})
}

// of is the chunk's rows of a matrix of the whole batch.
func (c chunk) of(x []float32, width int) []float32 {
	return x[c.first*width : (c.first+c.n)*width]
}
