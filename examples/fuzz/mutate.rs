//! Changes seeds at random: single bytes, pieces that go, come twice or come from another seed, and pieces of the
//! grammars that the readers know.

/// Pieces that mean something to some reader.
const PIECES: &[&[u8]] = &[
    b"password=",
    b"\"password\":\"",
    b"://",
    b"user:pw@",
    b"-----BEGIN PRIVATE KEY-----\n",
    b"-----END PRIVATE KEY-----",
    b"eyJhbGciOiJIUzI1NiJ9.",
    b"[enc:",
    b"Authorization: Bearer ",
    b"Server=a;Password=",
    b"{redacted}",
    b"&quot;",
    b"%2525",
    b"\\u0041",
    b"\\\\\"",
    b"\"\"",
    b"<a b=\"c\"/>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"{\"a\":",
    b"[[",
    b"]]",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\t",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"MZ",
    b"9999999999999999999",
    b"-1",
    b"1e999",
    b"2026-11-22 12:34:56,789 [1] ERROR ",
    b"   at a.b(c)\n",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b",",
    b";",
    b"=",
];

/// Longest input, in bytes.
const LONGEST: usize = 64 << 10;

/// Makes one input after the other.
pub struct Mutator {
    state: u64,
    seeds: Vec<Vec<u8>>,
}

impl Mutator {
    /// The same number gives the same inputs.
    pub fn new(random: u64, seeds: Vec<Vec<u8>>) -> Self {
        Self { state: random.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, seeds }
    }

    /// A number below `end` (xorshift).
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 16).unwrap_or(0) % end.max(1)
    }

    /// A seed with one to eight changes.
    pub fn next(&mut self) -> Vec<u8> {
        let index = self.below(self.seeds.len());
        let mut input = self.seeds.get(index).cloned().unwrap_or_default();
        for _ in 0..=self.below(8) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let room = (input.len() - at).min(64);
        let length = self.below(room + 1);
        match self.below(8) {
            0 => {
                let bit = 1 << self.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => {
                let byte = u8::try_from(self.below(256)).unwrap_or(0);
                input.insert(at, byte);
            }
            2 => drop(input.drain(at..at + length)),
            3 => {
                let piece = input.get(at..at + length).unwrap_or_default().repeat(1 + self.below(16));
                input.splice(at..at, piece);
            }
            4 => {
                let other = self.below(self.seeds.len());
                let from = self.seeds.get(other).map_or(0, Vec::len);
                let from = self.below(from + 1);
                let piece = self.seeds.get(other).and_then(|seed| seed.get(from..)).unwrap_or_default();
                let piece = piece.get(..piece.len().min(256)).unwrap_or_default().to_vec();
                input.splice(at..at + length, piece);
            }
            5 => input.truncate(at),
            _ => {
                let index = self.below(PIECES.len());
                let piece = PIECES.get(index).copied().unwrap_or_default().repeat(1 + self.below(3));
                input.splice(at..at + length, piece);
            }
        }
    }
}
