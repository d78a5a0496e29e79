//! The edges of the dark regions, walked round once.

use qr_symbol::Symbol;

/// One closed edge, in module units: where it begins, then steps along x and y in turn, along x first.
///
/// Dark modules lie on the right-hand side, so outer edges turn clockwise and edges of holes the other way. Modules
/// that touch by a corner only are different regions. The last step, along y, leads back to the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loop {
    pub(crate) start: (i32, i32),
    pub(crate) steps: Vec<i32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    East,
    South,
    West,
    North,
}

/// Every edge of the dark regions of `symbol`, by the place of its uppermost then leftmost beginning.
pub(crate) fn loops(symbol: &Symbol) -> Vec<Loop> {
    let size = symbol.size();
    let mut loops = Vec::new();
    // Upper edges of dark modules still to be walked: each loop has one.
    let mut open: Vec<[u64; 3]> = Vec::with_capacity(size);
    let mut above = [0; 3];
    for y in 0..size {
        let row = symbol.row(y);
        open.push(std::array::from_fn(|i| part(&row, i) & !part(&above, i)));
        above = row;
    }
    for y in 0..size {
        while let Some(x) = first_bit(open.get(y)) {
            loops.push(walk(symbol, x, y, &mut open));
        }
    }
    loops
}

fn part(row: &[u64; 3], word: usize) -> u64 {
    row.get(word).copied().unwrap_or_default()
}

fn first_bit(row: Option<&[u64; 3]>) -> Option<usize> {
    let (word, bits) = (0usize..).zip(row?).find(|&(_, &bits)| bits != 0)?;
    Some(64 * word + bits.trailing_zeros() as usize)
}

/// Walks the edge that begins with the upper edge of the dark module at `x`, `y`.
fn walk(symbol: &Symbol, x: usize, y: usize, open: &mut [[u64; 3]]) -> Loop {
    let signed = |place: usize| i32::try_from(place).unwrap_or_default();
    let start = (signed(x), signed(y));
    let (mut at, mut heading) = (start, Heading::East);
    let mut steps = Vec::new();
    let mut length = 0;
    loop {
        if heading == Heading::East {
            close(open, at);
        }
        let (dx, dy) = match heading {
            Heading::East => (1, 0),
            Heading::South => (0, 1),
            Heading::West => (-1, 0),
            Heading::North => (0, -1),
        };
        at = (at.0 + dx, at.1 + dy);
        length += dx + dy;
        // The modules ahead, on the left and on the right of the line walked.
        let (left, right) = match heading {
            Heading::East => ((at.0, at.1 - 1), at),
            Heading::South => (at, (at.0 - 1, at.1)),
            Heading::West => ((at.0 - 1, at.1), (at.0 - 1, at.1 - 1)),
            Heading::North => ((at.0 - 1, at.1 - 1), (at.0, at.1 - 1)),
        };
        let next = if !is_dark(symbol, right) {
            heading.right()
        } else if is_dark(symbol, left) {
            heading.left()
        } else {
            continue;
        };
        steps.push(length);
        if at == start && next == Heading::East {
            return Loop { start, steps };
        }
        (heading, length) = (next, 0);
    }
}

fn is_dark(symbol: &Symbol, (x, y): (i32, i32)) -> bool {
    match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) => symbol.is_dark(x, y),
        _ => false,
    }
}

fn close(open: &mut [[u64; 3]], (x, y): (i32, i32)) {
    let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
        return;
    };
    if let Some(word) = open.get_mut(y).and_then(|row| row.get_mut(x / 64)) {
        *word &= !(1 << (x % 64));
    }
}

impl Heading {
    fn right(self) -> Heading {
        match self {
            Heading::East => Heading::South,
            Heading::South => Heading::West,
            Heading::West => Heading::North,
            Heading::North => Heading::East,
        }
    }

    fn left(self) -> Heading {
        self.right().right().right()
    }
}
