//! Colours by name, the palette of a figure, and colour maps.

use crate::error::Error;

/// A colour of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

/// A colour that lets a part of what is below it through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paint {
    pub(super) color: Rgb,
    pub(super) alpha: f64,
}

impl Rgb {
    pub(super) fn paint(self, alpha: f64) -> Paint {
        Paint { color: self, alpha }
    }

    pub(super) fn solid(self) -> Paint {
        self.paint(1.0)
    }

    /// A part `t` of the way to another colour.
    pub(super) fn toward(self, other: Rgb, t: f64) -> Rgb {
        let mix = |a: u8, b: u8| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as u8;
        Rgb(
            mix(self.0, other.0),
            mix(self.1, other.1),
            mix(self.2, other.2),
        )
    }

    /// As CSS writes it.
    pub(super) fn css(self) -> String {
        let Rgb(r, g, b) = self;
        if [r, g, b].iter().all(|c| c % 17 == 0) {
            return format!("#{:x}{:x}{:x}", r / 17, g / 17, b / 17);
        }
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// How bright it looks, from 0 to 1 (the weights of ITU-R BT.601).
    pub(super) fn brightness(self) -> f64 {
        (0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2)) / 255.0
    }

    /// From six hexadecimal digits, or three.
    fn hex(digits: &str) -> Option<Rgb> {
        let value = |part: &str| u8::from_str_radix(part, 16).ok();
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        match digits.len() {
            6 => Some(Rgb(
                value(&digits[..2])?,
                value(&digits[2..4])?,
                value(&digits[4..])?,
            )),
            3 => {
                let twice = |i: usize| value(&digits[i..=i]).map(|v| v * 17);
                Some(Rgb(twice(0)?, twice(1)?, twice(2)?))
            }
            _ => None,
        }
    }
}

/// Okabe and Ito's colours (2008), told apart by colour-blind readers, strongest on white first,
/// and three more of Paul Tol's muted scheme.
pub(super) const PALETTE: [Rgb; 10] = [
    Rgb(0, 114, 178),
    Rgb(213, 94, 0),
    Rgb(0, 158, 115),
    Rgb(204, 121, 167),
    Rgb(230, 159, 0),
    Rgb(86, 180, 233),
    Rgb(90, 90, 90),
    Rgb(136, 34, 85),
    Rgb(153, 153, 51),
    Rgb(51, 34, 136),
];

/// The same hues where the paper is dark.
const DARK_PALETTE: [Rgb; 10] = [
    Rgb(86, 180, 233),
    Rgb(255, 136, 51),
    Rgb(38, 196, 152),
    Rgb(226, 150, 193),
    Rgb(240, 190, 60),
    Rgb(60, 140, 210),
    Rgb(190, 190, 190),
    Rgb(214, 96, 150),
    Rgb(200, 200, 90),
    Rgb(150, 130, 240),
];

/// The colours of everything that is not data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Theme {
    pub(super) paper: Rgb,
    pub(super) ink: Rgb,
    pub(super) grid: Rgb,
    pub(super) faint: Rgb,
    /// Of words about what went wrong.
    pub(super) warning: Rgb,
    dark: bool,
}

impl Theme {
    pub(super) const LIGHT: Theme = Theme {
        paper: Rgb(255, 255, 255),
        ink: Rgb(38, 38, 38),
        grid: Rgb(228, 228, 228),
        faint: Rgb(204, 204, 204),
        warning: Rgb(196, 26, 22),
        dark: false,
    };
    pub(super) const DARK: Theme = Theme {
        paper: Rgb(17, 17, 17),
        ink: Rgb(225, 225, 225),
        grid: Rgb(58, 58, 58),
        faint: Rgb(95, 95, 95),
        warning: Rgb(255, 122, 110),
        dark: true,
    };

    /// The colour of the series with this number.
    pub(super) fn series(self, index: usize) -> Rgb {
        let palette = if self.dark { DARK_PALETTE } else { PALETTE };
        palette[index % palette.len()]
    }
}

/// Names that CSS and matplotlib know, and what they stand for.
const NAMES: &[(&str, &str)] = &[
    ("black", "000"),
    ("white", "fff"),
    ("gray", "808080"),
    ("grey", "808080"),
    ("lightgray", "d3d3d3"),
    ("lightgrey", "d3d3d3"),
    ("darkgray", "555"),
    ("darkgrey", "555"),
    ("silver", "c0c0c0"),
    ("red", "f00"),
    ("darkred", "8b0000"),
    ("crimson", "dc143c"),
    ("salmon", "fa8072"),
    ("coral", "ff7f50"),
    ("tomato", "ff6347"),
    ("orange", "ffa500"),
    ("gold", "ffd700"),
    ("yellow", "ff0"),
    ("brown", "a52a2a"),
    ("chocolate", "d2691e"),
    ("olive", "808000"),
    ("lime", "0f0"),
    ("green", "008000"),
    ("darkgreen", "006400"),
    ("lightgreen", "90ee90"),
    ("forestgreen", "228b22"),
    ("teal", "008080"),
    ("turquoise", "40e0d0"),
    ("cyan", "0ff"),
    ("blue", "00f"),
    ("darkblue", "00008b"),
    ("navy", "000080"),
    ("royalblue", "4169e1"),
    ("steelblue", "4682b4"),
    ("dodgerblue", "1e90ff"),
    ("lightblue", "add8e6"),
    ("skyblue", "87ceeb"),
    ("indigo", "4b0082"),
    ("violet", "ee82ee"),
    ("purple", "800080"),
    ("magenta", "f0f"),
    ("pink", "ffc0cb"),
    ("r", "f00"),
    ("g", "008000"),
    ("b", "00f"),
    ("c", "00bfbf"),
    ("m", "bf00bf"),
    ("y", "bfbf00"),
    ("k", "000"),
    ("w", "fff"),
];

/// A colour by its name, as `#rrggbb`, or as `C0` to `C9` of the palette.
pub(super) fn parse(name: &str) -> Result<Rgb, Error> {
    let name = name.trim();
    let found = match name.strip_prefix('#') {
        Some(digits) => Rgb::hex(digits),
        None => NAMES
            .iter()
            // Letters are told apart: "c" is cyan, and "C" needs a number.
            .find(|(known, _)| {
                *known == name || (name.len() > 1 && known.eq_ignore_ascii_case(name))
            })
            .and_then(|(_, digits)| Rgb::hex(digits))
            .or_else(|| {
                let index: usize = name.strip_prefix('C')?.parse().ok()?;
                Some(PALETTE[index % PALETTE.len()])
            }),
    };
    found.ok_or_else(|| {
        Error::new("color", format!("there is no colour {name:?}")).help(
            "a name such as \"red\" or \"steelblue\", \"#rrggbb\", or \"C0\" to \"C9\" of the palette",
        )
    })
}

/// Colours of a map at equal distances. viridis, plasma, inferno and magma are those of Smith and
/// van der Walt (2015), cividis of Nuñez, Anderton and Renslow (2018), coolwarm of Moreland (2009),
/// and those with the names of colours ColorBrewer's (Brewer, 2002).
const MAPS: &[(&str, &str)] = &[
    (
        "viridis",
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 \
         84d44b addc30 d8e219 fde725",
    ),
    (
        "plasma",
        "0d0887 310597 4c02a1 6600a7 7e03a8 9511a1 aa2395 bc3587 cc4778 da5a6a e66c5c f0804e f89540 \
         fdac33 fdc527 f8df25 f0f921",
    ),
    (
        "inferno",
        "000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d24644 e45a31 f1731d f98e09 \
         fcac11 f9cb35 f2ea69 fcffa4",
    ),
    (
        "magma",
        "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 \
         fea772 fec488 fde2a3 fcfdbf",
    ),
    (
        "cividis",
        "00224e 1a386f 434e6c 61656f 7d7c78 9b9476 bcae6c dec958 fee838",
    ),
    (
        "coolwarm",
        "3b4cc0 4e68d8 6282ea 779af7 8db0fe a3c2fe b9d0f9 ccd9ed dddcdc ecd3c5 f5c4ac f7b093 f4987a \
         eb7d62 dd5f4b ca3b37 b40426",
    ),
    (
        "RdBu",
        "67001f b1182b d6604d f3a481 fddbc7 f6f7f7 d1e5f0 90c4dd 4393c3 2065ab 053061",
    ),
    (
        "Blues",
        "f7fbff deebf7 c6dbef 9dcae1 6aaed6 4191c6 2070b4 08509b 08306b",
    ),
    (
        "Reds",
        "fff5f0 fee0d2 fcbba1 fc9272 fb694a ee3a2c ca181d a30f15 67000d",
    ),
    (
        "Greens",
        "f7fcf5 e5f5e0 c7e9c0 a0d99b 73c476 40aa5d 228a44 006c2c 00441b",
    ),
    (
        "Greys",
        "ffffff f0f0f0 d9d9d9 bdbdbd 959595 727272 515151 242424 000000",
    ),
    (
        "hot",
        "0b0000 350000 5f0000 890000 b30000 dd0000 ff0800 ff3200 ff5c00 ff8600 ffb000 ffda00 ffff07 \
         ffff46 ffff85 ffffc4 ffffff",
    ),
    ("gray", "000000 ffffff"),
];

/// Colours from low to high numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColorMap {
    colors: Vec<Rgb>,
}

impl ColorMap {
    /// A map by its name; `_r` behind it turns it round.
    pub(super) fn named(name: &str) -> Result<ColorMap, Error> {
        let (plain, turned) = match name.strip_suffix("_r") {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let plain = if plain.eq_ignore_ascii_case("grey") {
            "gray"
        } else {
            plain
        };
        let Some((_, digits)) = MAPS.iter().find(|(known, _)| *known == plain) else {
            let known: Vec<&str> = MAPS.iter().map(|(name, _)| *name).collect();
            return Err(
                Error::new("cmap", format!("there is no colour map {name:?}")).help(format!(
                    "known are {}, and each with _r behind it turned round",
                    known.join(", ")
                )),
            );
        };
        let mut colors: Vec<Rgb> = digits.split(' ').filter_map(Rgb::hex).collect();
        if turned {
            colors.reverse();
        }
        Ok(ColorMap { colors })
    }

    /// The map of those in the table, which a test reads whole.
    pub(super) fn known(name: &str) -> ColorMap {
        ColorMap::named(name).unwrap_or(ColorMap {
            colors: vec![Rgb(0, 0, 0), Rgb(255, 255, 255)],
        })
    }

    /// The colour at a place from 0 to 1.
    pub(super) fn at(&self, t: f64) -> Rgb {
        let last = self.colors.len() - 1;
        let place = if t.is_finite() {
            t.clamp(0.0, 1.0) * last as f64
        } else {
            0.0
        };
        let i = (place as usize).min(last.saturating_sub(1));
        let next = (i + 1).min(last);
        self.colors[i].toward(self.colors[next], place - i as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_names() {
        assert_eq!(parse("red"), Ok(Rgb(255, 0, 0)));
        assert_eq!(parse("k"), Ok(Rgb(0, 0, 0)));
        assert_eq!(parse("#1f77b4"), Ok(Rgb(31, 119, 180)));
        assert_eq!(parse("#0f0"), Ok(Rgb(0, 255, 0)));
        assert_eq!(parse("C1"), Ok(PALETTE[1]));
        for wrong in ["", "#12", "#zzzzzz", "#é12", "rainbow", "C"] {
            let error = parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with("color: there is no colour"), "{error}");
        }
        for (name, _) in NAMES {
            assert!(parse(name).is_ok(), "{name}");
        }
        assert_eq!(Rgb(255, 0, 17).css(), "#f01");
        assert_eq!(Rgb(255, 0, 18).css(), "#ff0012");
    }

    #[test]
    fn maps_run_from_their_first_to_their_last_colour() {
        for (name, digits) in MAPS {
            let map = ColorMap::named(name).unwrap();
            assert_eq!(map.colors.len(), digits.split(' ').count(), "{name}");
            let turned = ColorMap::named(&format!("{name}_r")).unwrap();
            assert_eq!(map.at(0.0), turned.at(1.0), "{name}");
            assert_eq!(map.at(-5.0), map.at(0.0), "{name}");
            assert_eq!(map.at(f64::NAN), map.at(0.0), "{name}");
            assert_eq!(map.at(2.0), map.at(1.0), "{name}");
        }
        assert_eq!(ColorMap::known("viridis").at(1.0), Rgb(253, 231, 37));
        assert!(ColorMap::named("nothing").is_err());
    }
}
