package tables

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// ID derives the identifier of an entry: a UUIDv8 (RFC 9562, section 5.8) whose
// bits are the SHA-256 of step key, row key and replicate. Equal experiments
// give equal ids, and no two entries of one table share one, in all of a store.
func ID(stepKey, rowKey string, replicate int64) string {
	h := sha256.Sum256(fmt.Appendf(nil, "idiolect-id/1\n%s\n%s\n%d\n", stepKey, rowKey, replicate))
	b := h[:16]
	b[6] = b[6]&0x0f | 0x80 // version 8
	b[8] = b[8]&0x3f | 0x80 // variant of RFC 9562
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
