//! Adler-32 (RFC 1950, section 9) of stretches that repeat, in closed form.

const MODULUS: u64 = 65_521;
/// Bytes summed at a time, few enough for 32-bit sums of byte times place.
const LANES: usize = 64;

/// What Adler-32 has to know of a stretch of bytes, whatever stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    length: u64,
    /// The bytes added up.
    plain: u64,
    /// The bytes added up, each as often as bytes from it to the end of the stretch.
    weighted: u64,
}

impl Sums {
    /// The sums of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Sums {
        let (plain, weighted) = Sums::parts_of(bytes);
        Sums::from_parts(bytes.len(), plain, weighted)
    }

    /// `bytes` added up, and each as often as bytes from it to their end.
    pub(crate) fn parts_of(bytes: &[u8]) -> (u64, u64) {
        let mut left = bytes.len() as u64;
        let (mut plain, mut weighted) = (0u64, 0u64);
        let (chunks, rest) = bytes.as_chunks::<LANES>();
        for chunk in chunks {
            let (mut sum, mut placed) = (0u32, 0u32);
            for (place, &byte) in (0u32..).zip(chunk) {
                sum += u32::from(byte);
                placed += place * u32::from(byte);
            }
            weighted += left * u64::from(sum) - u64::from(placed);
            plain += u64::from(sum);
            left -= LANES as u64;
        }
        for &byte in rest {
            weighted += left * u64::from(byte);
            plain += u64::from(byte);
            left -= 1;
        }
        (plain, weighted)
    }

    /// From sums taken elsewhere: `plain` and `weighted` as described there.
    pub(crate) fn from_parts(length: usize, plain: u64, weighted: u64) -> Sums {
        Sums {
            length: length as u64 % MODULUS,
            plain: plain % MODULUS,
            weighted: weighted % MODULUS,
        }
    }

    /// The sums of `first` and `zeros` zero bytes after it.
    pub(crate) fn of_leading(first: u8, zeros: usize) -> Sums {
        let length = zeros as u64 + 1;
        let first = u64::from(first);
        Sums {
            length: length % MODULUS,
            plain: first,
            weighted: first * length % MODULUS,
        }
    }
}

/// The running checksum of a zlib stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adler32 {
    a: u64,
    b: u64,
}

impl Adler32 {
    pub(crate) fn new() -> Adler32 {
        Adler32 { a: 1, b: 0 }
    }

    /// Goes on by the stretch that has these `sums`, `count` times over.
    pub(crate) fn append(&mut self, sums: &Sums, count: u32) {
        let count = u64::from(count);
        // Each copy adds to `b` what `a` was before it, once a byte: an arithmetic series.
        let series = (count * count.saturating_sub(1) / 2) % MODULUS;
        let count = count % MODULUS;
        let gained = count * sums.length % MODULUS * self.a
            + series * sums.length % MODULUS * sums.plain
            + count * sums.weighted;
        self.b = (self.b + gained) % MODULUS;
        self.a = (self.a + count * sums.plain) % MODULUS;
    }

    pub(crate) fn value(self) -> u32 {
        // Both are below 65 521.
        u32::try_from(self.b << 16 | self.a).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain_adler(bytes: &[u8]) -> u32 {
        let (mut a, mut b) = (1u32, 0u32);
        for &byte in bytes {
            a = (a + u32::from(byte)) % 65_521;
            b = (b + a) % 65_521;
        }
        b << 16 | a
    }

    #[test]
    fn known_value() {
        let mut adler = Adler32::new();
        adler.append(&Sums::of(b"Wikipedia"), 1);
        assert_eq!(adler.value(), 0x11E6_0398);
    }

    #[test]
    fn repeats_equal_the_bytes_written_out() {
        for (length, count) in [
            (1, 1),
            (3, 7),
            (64, 2),
            (151, 17),
            (1126, 137),
            (9001, 90),
            (70_000, 3),
        ] {
            let row: Vec<u8> = (0..length)
                .map(|i: u32| i.wrapping_mul(31).to_le_bytes()[0] | 0x81)
                .collect();
            let mut adler = Adler32::new();
            adler.append(&Sums::of(b"before"), 1);
            adler.append(&Sums::of(&row), count);
            let mut bytes = b"before".to_vec();
            bytes.extend(row.repeat(count as usize));
            assert_eq!(
                adler.value(),
                plain_adler(&bytes),
                "{length} bytes, {count} times"
            );
        }
    }

    #[test]
    fn a_leading_byte_and_zeros() {
        let mut row = vec![0; 1126];
        row[0] = 2;
        assert_eq!(Sums::of_leading(2, 1125), Sums::of(&row));
    }
}
