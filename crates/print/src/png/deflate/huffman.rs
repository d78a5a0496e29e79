//! Huffman codes of bounded length from exact counts (RFC 1951, section 3.2.2).
#![expect(
    clippy::indexing_slicing,
    reason = "indices are symbols below N, lengths below 16, tree nodes below 2 N"
)]

/// The longest code that deflate allows for literals, lengths and distances.
pub(crate) const LONGEST: usize = 15;

/// One canonical code: for each symbol its bits, first bit lowest, and their number (0 = not used).
#[derive(Debug, Clone)]
pub(crate) struct Code<const N: usize> {
    pub(crate) bits: [u16; N],
    pub(crate) lengths: [u8; N],
}

impl<const N: usize> Code<N> {
    /// The shortest code for symbols that occur as often as `counts` says, no code longer than `longest`.
    pub(crate) fn of(counts: &[u32; N], longest: usize) -> Code<N> {
        let lengths = lengths(counts, longest);
        Code {
            bits: canonical(&lengths),
            lengths,
        }
    }
}

fn lengths<const N: usize>(counts: &[u32; N], longest: usize) -> [u8; N] {
    let mut lengths = [0; N];
    let mut used: Vec<(u32, u16)> = (0u16..)
        .zip(counts)
        .filter(|&(_, &count)| count > 0)
        .map(|(symbol, &count)| (count, symbol))
        .collect();
    if let [(_, only)] = used[..] {
        lengths[usize::from(only)] = 1;
    }
    if used.len() < 2 {
        return lengths;
    }
    used.sort_unstable();
    let mut symbols_of_length = limited(&depths(&used), longest);
    // The rarest symbols get the longest codes.
    let mut length = longest;
    for &(_, symbol) in &used {
        while symbols_of_length[length] == 0 {
            length -= 1;
        }
        symbols_of_length[length] -= 1;
        lengths[usize::from(symbol)] = u8::try_from(length).unwrap_or_default();
    }
    lengths
}

/// How many leaves stand at each depth of the Huffman tree over `used` (ascending, two at least).
fn depths(used: &[(u32, u16)]) -> Vec<usize> {
    let leaves = used.len();
    let inner = leaves - 1;
    let mut weights = Vec::with_capacity(inner);
    // Node numbers: leaves first, then inner nodes in the order they are made, the root last.
    let mut parents = vec![0; leaves + inner];
    let (mut leaf, mut made) = (0, 0);
    for parent in leaves..leaves + inner {
        let mut weight = 0u64;
        for _ in 0..2 {
            let take_leaf =
                leaf < leaves && (made == weights.len() || u64::from(used[leaf].0) <= weights[made]);
            let node = if take_leaf {
                weight += u64::from(used[leaf].0);
                leaf += 1;
                leaf - 1
            } else {
                weight += weights[made];
                made += 1;
                leaves + made - 1
            };
            parents[node] = parent;
        }
        weights.push(weight);
    }
    let root = leaves + inner - 1;
    let mut depth_of = vec![0; root + 1];
    let mut at_depth = vec![0; leaves];
    for node in (0..root).rev() {
        depth_of[node] = depth_of[parents[node]] + 1;
        if node < leaves {
            at_depth[depth_of[node]] += 1;
        }
    }
    at_depth
}

/// Lifts leaves below `longest` up and makes room for them by pushing others down, till the code is whole again.
fn limited(at_depth: &[usize], longest: usize) -> Vec<usize> {
    let mut counts = vec![0; longest + 1];
    for (depth, &leaves) in at_depth.iter().enumerate() {
        counts[depth.min(longest)] += leaves;
    }
    let mut room: usize = counts
        .iter()
        .enumerate()
        .skip(1)
        .map(|(depth, &n)| n << (longest - depth))
        .sum();
    while room > 1 << longest {
        counts[longest] -= 1;
        if let Some(depth) = (1..longest).rev().find(|&depth| counts[depth] > 0) {
            counts[depth] -= 1;
            counts[depth + 1] += 2;
        }
        room -= 1;
    }
    counts
}

fn canonical<const N: usize>(lengths: &[u8; N]) -> [u16; N] {
    let mut counts = [0u16; LONGEST + 2];
    for &length in lengths.iter().filter(|&&length| length > 0) {
        counts[usize::from(length) + 1] += 1;
    }
    let mut next = [0u16; LONGEST + 2];
    for length in 1..next.len() {
        // Past the longest code in use the running number may leave 16 bits; nobody reads it.
        next[length] = next[length - 1].wrapping_add(counts[length]).wrapping_shl(1);
    }
    let mut bits = [0; N];
    for (bits, &length) in bits.iter_mut().zip(lengths).filter(|&(_, &length)| length > 0) {
        let code = &mut next[usize::from(length)];
        *bits = code.reverse_bits() >> (16 - u16::from(length));
        *code = code.wrapping_add(1);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_rfc_1951() {
        let bits = canonical(&[3u8, 3, 3, 3, 3, 2, 4, 4]);
        let codes = ["010", "011", "100", "101", "110", "00", "1110", "1111"];
        for (bits, code) in bits.iter().zip(codes) {
            let reversed: String = code.chars().rev().collect();
            assert_eq!(*bits, u16::from_str_radix(&reversed, 2).unwrap());
        }
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        assert_eq!(lengths(&[8u32, 1, 0, 1, 2, 4], 15), [1, 4, 0, 4, 3, 2]);
    }

    #[test]
    fn one_symbol_has_one_bit_and_none_has_none() {
        assert_eq!(lengths(&[0u32, 0, 5], 15), [0, 0, 1]);
        assert_eq!(lengths(&[0u32; 4], 15), [0; 4]);
    }

    #[test]
    fn bounded_codes_stay_whole() {
        // Fibonacci counts make the deepest trees.
        let mut counts = [1u32; 30];
        for i in 2..30 {
            counts[i] = counts[i - 1] + counts[i - 2];
        }
        for longest in [5, 7, 15] {
            let lengths = lengths(&counts, longest);
            let kraft: f64 = lengths.iter().map(|&length| 0.5f64.powi(i32::from(length))).sum();
            assert!(
                lengths
                    .iter()
                    .all(|&length| (1..=longest).contains(&usize::from(length)))
            );
            assert!((kraft - 1.0).abs() < 1e-9, "{longest}: {kraft}");
            assert!(lengths.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }
}
