package runner

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// A journal is a sequence of records:
//
//	length of the payload   uint32, little endian
//	CRC-32C of the payload  uint32, little endian
//	payload                 {"key":"...","result":...}
//
// Every payload starts with the same bytes, which is how reading finds its feet again behind damage.
const (
	recordHead   = 8
	payloadStart = `{"key":`
	maxPayload   = 1 << 30
)

type payload struct {
	Key    string          `json:"key"`
	Result json.RawMessage `json:"result"`
}

func castagnoli(p []byte) uint32 { return crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli)) }

func encodeRecord(key string, result []byte) ([]byte, error) {
	p, err := json.Marshal(payload{key, result})
	if err != nil {
		return nil, err
	}
	if len(p) > maxPayload {
		return nil, fmt.Errorf("row %q has %d bytes - at most %d", key, len(p), maxPayload)
	}
	record := make([]byte, recordHead, recordHead+len(p))
	binary.LittleEndian.PutUint32(record, uint32(len(p)))
	binary.LittleEndian.PutUint32(record[4:], castagnoli(p))
	return append(record, p...), nil
}

// readRecords hands every sound record to keep, in order, and returns how many bytes it had to pass over:
// a torn tail, or damage in the middle, behind which it goes on with the next sound record.
func readRecords(raw []byte, keep func(key string, result []byte)) (damaged int) {
	for len(raw) > 0 {
		if p, size, ok := nextRecord(raw); ok {
			keep(p.Key, p.Result)
			raw = raw[size:]
			continue
		}
		skip := len(raw)
		// From the second byte on: the first is where the record that is not one began.
		if next := bytes.Index(raw[min(len(raw), recordHead+1):], []byte(payloadStart)); next >= 0 {
			skip = next + 1
		}
		damaged += skip
		raw = raw[skip:]
	}
	return damaged
}

// nextRecord decodes the record that raw starts with.
func nextRecord(raw []byte) (p payload, size int, ok bool) {
	if len(raw) < recordHead {
		return p, 0, false
	}
	n := binary.LittleEndian.Uint32(raw)
	if n > maxPayload || int(n) > len(raw)-recordHead {
		return p, 0, false
	}
	body := raw[recordHead : recordHead+int(n)]
	if binary.LittleEndian.Uint32(raw[4:]) != castagnoli(body) || json.Unmarshal(body, &p) != nil {
		return p, 0, false
	}
	return p, recordHead + int(n), true
}
