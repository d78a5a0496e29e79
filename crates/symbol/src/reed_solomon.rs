//! Error correction codewords (7.5.2, annex A): the remainder of the data codewords divided by the generator polynomial,
//! over GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1.

#![expect(
    clippy::indexing_slicing,
    reason = "tables have an entry for every byte and every degree"
)]

use std::sync::OnceLock;

/// Most error correction codewords that a block has.
pub(crate) const MAX_DEGREE: usize = 30;

/// Up to 32 coefficients, the highest power in the most significant byte of the first word.
type Polynomial = [u64; 4];

/// The generator polynomial of some degree, without its leading term, multiplied by every byte.
pub(crate) struct Generator {
    multiples: Box<[Polynomial; 256]>,
}

impl Generator {
    /// The generator polynomial whose roots are 2⁰ to 2^(degree − 1); degree 1 to 30.
    pub(crate) fn of(degree: usize) -> &'static Self {
        static GENERATORS: [OnceLock<Generator>; MAX_DEGREE + 1] =
            [const { OnceLock::new() }; MAX_DEGREE + 1];
        GENERATORS[degree].get_or_init(|| Self::new(degree))
    }

    fn new(degree: usize) -> Self {
        let mut multiples = Box::new([[0; 4]; 256]);
        let mut coefficients = coefficients(degree);
        for power in 0..8 {
            multiples[1 << power] = pack(&coefficients);
            coefficients = coefficients.map(double);
        }
        // Multiplication is linear: the rest are sums of the eight powers of two.
        for factor in 1_usize..256 {
            let lowest = factor & factor.wrapping_neg();
            multiples[factor] = sum(multiples[factor ^ lowest], multiples[lowest]);
        }
        // The lowest bit of a power of two is itself, and its rest, the zero polynomial, adds nothing.
        Self { multiples }
    }

    /// The remainder; its first `degree` bytes are the error correction codewords, the others are zero.
    pub(crate) fn remainder(&self, data: &[u8]) -> [u8; 32] {
        let mut state: Polynomial = [0; 4];
        for codeword in data {
            let factor = codeword ^ state[0].to_be_bytes()[0];
            let [a, b, c, d] = state;
            let shifted = [a << 8 | b >> 56, b << 8 | c >> 56, c << 8 | d >> 56, d << 8];
            state = sum(shifted, self.multiples[usize::from(factor)]);
        }
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }
}

fn sum([a, b, c, d]: Polynomial, [e, f, g, h]: Polynomial) -> Polynomial {
    [a ^ e, b ^ f, c ^ g, d ^ h]
}

fn pack(coefficients: &[u8; 32]) -> Polynomial {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(coefficients.as_chunks::<8>().0) {
        *word = u64::from_be_bytes(*bytes);
    }
    words
}

/// Multiplies by 2 in the field.
const fn double(factor: u8) -> u8 {
    (factor << 1) ^ if factor & 0x80 == 0 { 0 } else { 0x1D }
}

fn multiply(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0, |product, bit| {
        double(product) ^ if b >> bit & 1 == 1 { a } else { 0 }
    })
}

/// Coefficients of the generator polynomial below the leading one, the highest power first.
fn coefficients(degree: usize) -> [u8; 32] {
    let mut product = [0_u8; 32];
    product[degree - 1] = 1;
    let mut root = 1;
    for _ in 0..degree {
        for i in 0..degree {
            product[i] = multiply(product[i], root) ^ if i + 1 < degree { product[i + 1] } else { 0 };
        }
        root = double(root);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Annex A prints the generator polynomials as powers of 2: x⁷ + 2⁸⁷x⁶ + 2²²⁹x⁵ + 2¹⁴⁶x⁴ + 2¹⁴⁹x³ + 2²³⁸x² + 2¹⁰²x + 2²¹.
    #[test]
    fn the_generator_of_degree_7_is_that_of_annex_a() {
        let power = |exponent| (0..exponent).fold(1, |product, _| double(product));
        let expected = [87, 229, 146, 149, 238, 102, 21].map(power);
        assert_eq!(coefficients(7)[..7], expected);
    }

    #[test]
    fn multiples_are_products_of_every_coefficient() {
        let coefficients = coefficients(30);
        let generator = Generator::of(30);
        for factor in 0..=255_u8 {
            let expected = coefficients.map(|coefficient| multiply(coefficient, factor));
            assert_eq!(
                generator.multiples[usize::from(factor)],
                pack(&expected),
                "{factor}"
            );
        }
    }
}
