package charclass

// Segmentation is how a script separates words.
type Segmentation uint8

const (
	BySpaces        Segmentation = iota // by spaces
	Ideographic                         // not at all; one character is nearly a word
	HangulSyllables                     // by spaces, and a syllable is nearly a word
	Unspaced                            // not at all: Thai, Lao, Khmer, Burmese
)

// SegmentationOf returns how the script of a letter separates words.
func SegmentationOf(r rune) Segmentation {
	switch {
	case r < 0xE00:
		return BySpaces
	case r < 0xF00, r >= 0x1000 && r < 0x10A0, r >= 0x1780 && r < 0x1800, r >= 0x1950 && r < 0x1A00:
		return Unspaced
	case r >= 0x1100 && r < 0x1200, r >= 0x3131 && r < 0x3190, r >= 0xAC00 && r < 0xD800:
		return HangulSyllables
	case r >= 0x3005 && r < 0xA000, r >= 0xF900 && r < 0xFB00, r >= 0x20000 && r < 0x32000:
		return Ideographic
	}
	return BySpaces
}
