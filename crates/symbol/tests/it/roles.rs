//! Every module knows what it is.

use std::collections::{HashMap, HashSet};

use qr_symbol::{
    CodewordKind, Corner, EncodeOptions, ErrorCorrectionLevel, LevelChoice, Part, Role, Symbol, Version,
    encode,
};

fn symbol(version: Version, level: ErrorCorrectionLevel) -> Symbol {
    let options = EncodeOptions {
        level: LevelChoice::Exactly(level),
        min_version: version,
        max_version: version,
        ..EncodeOptions::default()
    };
    encode("roles", &options).unwrap()
}

#[test]
fn modules_are_as_many_as_the_standard_counts() {
    for version in Version::MIN.up_to(Version::MAX) {
        for level in ErrorCorrectionLevel::ALL {
            let symbol = symbol(version, level);
            let mut counts: HashMap<Role, usize> = HashMap::new();
            for y in 0..symbol.size() {
                for x in 0..symbol.size() {
                    *counts.entry(symbol.role(x, y)).or_default() += 1;
                }
            }
            let count = |role| counts.get(&role).copied().unwrap_or(0);
            let patterns = version.alignment_patterns().count();
            for corner in Corner::ALL {
                assert_eq!(count(Role::FinderPattern(corner, Part::Ring)), 24);
                assert_eq!(count(Role::FinderPattern(corner, Part::Gap)), 16);
                assert_eq!(count(Role::FinderPattern(corner, Part::Centre)), 9);
            }
            assert_eq!(count(Role::AlignmentPattern(Part::Ring)), 16 * patterns);
            assert_eq!(count(Role::AlignmentPattern(Part::Gap)), 8 * patterns);
            assert_eq!(count(Role::AlignmentPattern(Part::Centre)), patterns);
            assert_eq!(count(Role::Separator), 45);
            assert_eq!(count(Role::FormatInformation), 30);
            assert_eq!(count(Role::DarkModule), 1);
            assert_eq!(
                count(Role::VersionInformation),
                if version.number() >= 7 { 36 } else { 0 }
            );
            assert_eq!(count(Role::QuietZone), 0);
            let blocks = symbol.blocks();
            assert_eq!(count(Role::Data), 8 * blocks.data_codewords());
            assert_eq!(
                count(Role::ErrorCorrection),
                8 * (blocks.codewords() - blocks.data_codewords())
            );
            let remainder = match version.number() {
                2..=6 => 7,
                14..=20 | 28..=34 => 3,
                21..=27 => 4,
                _ => 0,
            };
            assert_eq!(count(Role::Remainder), remainder, "version {version}");
        }
    }
}

#[test]
fn function_patterns_have_their_colours() {
    for version in Version::MIN.up_to(Version::MAX) {
        let symbol = symbol(version, ErrorCorrectionLevel::L);
        for y in 0..symbol.size() {
            for x in 0..symbol.size() {
                let dark = match symbol.role(x, y) {
                    Role::FinderPattern(_, part) | Role::AlignmentPattern(part) => part != Part::Gap,
                    Role::Separator => false,
                    Role::Timing => (x + y) % 2 == 0,
                    Role::DarkModule => true,
                    _ => continue,
                };
                assert_eq!(symbol.is_dark(x, y), dark, "{x}, {y} of version {version}");
            }
        }
    }
}

#[test]
fn each_codeword_bit_stands_in_one_module() {
    for version in Version::MIN.up_to(Version::MAX) {
        for level in ErrorCorrectionLevel::ALL {
            let symbol = symbol(version, level);
            let blocks: Vec<_> = symbol.blocks().iter().collect();
            let mut seen = HashSet::new();
            let mut positions = HashMap::new();
            for y in 0..symbol.size() {
                for x in 0..symbol.size() {
                    let Some(bit) = symbol.codeword(x, y) else {
                        continue;
                    };
                    assert!(seen.insert((bit.block, bit.kind, bit.index, bit.bit)));
                    let codeword = (bit.block, bit.kind, bit.index);
                    assert_eq!(*positions.entry(bit.position).or_insert(codeword), codeword);
                    let block = blocks[bit.block];
                    let length = match bit.kind {
                        CodewordKind::Data => block.data_codewords,
                        CodewordKind::ErrorCorrection => block.error_correction_codewords,
                    };
                    assert!(bit.index < length && bit.bit < 8);
                }
            }
            assert_eq!(seen.len(), 8 * symbol.blocks().codewords());
            assert_eq!(positions.len(), symbol.blocks().codewords());
        }
    }
}

/// Codewords read back through the coordinates divide without remainder by the generator polynomial's roots.
#[test]
fn every_block_is_a_codeword_of_the_code() {
    let double = |a: u8| (a << 1) ^ if a & 0x80 == 0 { 0 } else { 0x1D };
    let multiply = |a: u8, b: u8| {
        (0..8).rev().fold(0_u8, |product, bit| {
            double(product) ^ if b >> bit & 1 == 1 { a } else { 0 }
        })
    };
    for version in [1, 2, 5, 7, 14, 25, 40].map(|number| Version::new(number).unwrap()) {
        for level in ErrorCorrectionLevel::ALL {
            let symbol = symbol(version, level);
            let mut blocks: Vec<Vec<u8>> = symbol
                .blocks()
                .iter()
                .map(|block| vec![0; block.data_codewords + block.error_correction_codewords])
                .collect();
            for y in 0..symbol.size() {
                for x in 0..symbol.size() {
                    let Some(bit) = symbol.codeword(x, y) else {
                        continue;
                    };
                    let data = symbol.blocks().iter().nth(bit.block).unwrap().data_codewords;
                    let index = if bit.kind == CodewordKind::Data {
                        bit.index
                    } else {
                        data + bit.index
                    };
                    let value = symbol.is_dark(x, y) ^ symbol.mask().inverts(x, y);
                    blocks[bit.block][index] |= u8::from(value) << bit.bit;
                }
            }
            for (block, lengths) in blocks.iter().zip(symbol.blocks().iter()) {
                let mut root = 1;
                for _ in 0..lengths.error_correction_codewords {
                    let value = block
                        .iter()
                        .fold(0, |sum, codeword| multiply(sum, root) ^ codeword);
                    assert_eq!(value, 0, "version {version}, level {level}");
                    root = double(root);
                }
            }
        }
    }
}

#[test]
fn outside_is_the_quiet_zone() {
    let symbol = symbol(Version::MIN, ErrorCorrectionLevel::L);
    assert_eq!(symbol.role(21, 0), Role::QuietZone);
    assert_eq!(symbol.role(0, usize::MAX), Role::QuietZone);
    assert!(!symbol.is_dark(21, 0) && !symbol.is_dark(0, 21) && !symbol.is_dark(usize::MAX, usize::MAX));
    assert_eq!(symbol.codeword(21, 0), None);
    assert_eq!(symbol.row(21), [0; 3]);
}
