//! Annex I of the standard: "01234567" in version 1-M, from the text to the finished symbol.

use qr_symbol::{EncodeOptions, ErrorCorrectionLevel, LevelChoice, encode};

#[test]
fn the_symbol_of_annex_i_mask_included() {
    let expected = "
#######..#.##.#######
#.....#..####.#.....#
#.###.#.#.....#.###.#
#.###.#.##....#.###.#
#.###.#.#.###.#.###.#
#.....#.#...#.#.....#
#######.#.#.#.#######
........#..##........
#.#####..#..#.#####..
...#.#.##.#.#..#.##..
..#...##.#.#.#..#####
....#....#.....####..
...######..#.#..#....
........#.#####..##..
#######..##.#.##.....
#.....#.#.#####...#.#
#.###.#.#...#..#.##..
#.###.#.##..#..#.....
#.###.#.#.##.#..#.#..
#.....#........##.##.
#######.####.#..#.#..
";
    let options = EncodeOptions {
        level: LevelChoice::Exactly(ErrorCorrectionLevel::M),
        ..EncodeOptions::default()
    };
    let symbol = encode("01234567", &options).unwrap();
    assert_eq!((symbol.version().number(), symbol.mask().reference()), (1, 2));
    let mut drawn = String::from("\n");
    for y in 0..symbol.size() {
        drawn.extend((0..symbol.size()).map(|x| if symbol.is_dark(x, y) { '#' } else { '.' }));
        drawn.push('\n');
    }
    assert_eq!(drawn, expected);
}
