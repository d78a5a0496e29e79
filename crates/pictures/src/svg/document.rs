//! The document as XML: what may stand in it, and how much.

use std::collections::{HashMap, HashSet};

use resvg::usvg::roxmltree::{Document, Node, ParsingOptions};

use super::{broken, too_complex};
use crate::error::PictureError;

const ELSEWHERE: &str = "it refers to another file";
const SVG: &str = "http://www.w3.org/2000/svg";

/// Elements, as written and with every `<use>` followed.
const MAX_ELEMENTS: usize = 2000;
/// Elements within each other.
const MAX_DEPTH: usize = 32;
/// Nodes of any kind: text between elements counts as one.
const MAX_NODES: u32 = 10_000;
/// Bytes of all attributes and texts with every entity replaced.
const MAX_EXPANDED: usize = 512 * 1024;
/// Steps along references to clips and masks.
const MAX_REFERENCES: usize = 20_000;
/// Elements inside of clips and masks whose references may stay unknown.
const FEW: usize = 16;
/// How much work matching style rules may be: rules times elements.
const MAX_STYLE: usize = 200_000;

/// What is drawn, or can be left out without anybody missing it.
const KNOWN: [&str; 28] = [
    "a",
    "animate",
    "animateMotion",
    "animateTransform",
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "mask",
    "metadata",
    "mpath",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "set",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "title",
    "use",
];

/// Parses and judges it.
pub(super) fn parse(text: &str) -> Result<Document<'_>, PictureError> {
    let options = ParsingOptions {
        // Old drawing programs write one, with entities for their namespaces.
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| broken(&error.to_string()))?;
    if !document.root_element().has_tag_name((SVG, "svg")) {
        return Err(PictureError::UnknownFormat);
    }
    Judge::of(&document).judge()?;
    Ok(document)
}

struct Judge<'a> {
    document: &'a Document<'a>,
    by_id: HashMap<&'a str, Node<'a, 'a>>,
    /// Elements visited so far with references followed.
    steps: usize,
}

impl<'a> Judge<'a> {
    fn of(document: &'a Document<'a>) -> Self {
        let with_id = document
            .descendants()
            .filter_map(|node| Some((node.attribute("id")?, node)));
        Self {
            document,
            by_id: with_id.collect(),
            steps: 0,
        }
    }

    fn judge(mut self) -> Result<(), PictureError> {
        let mut elements = 0;
        let mut bytes = 0;
        for node in self.document.descendants() {
            bytes += node.text().map_or(0, str::len);
            bytes += node
                .attributes()
                .map(|attribute| attribute.value().len())
                .sum::<usize>();
            if bytes > MAX_EXPANDED {
                return Err(too_complex("its entities stand for too much"));
            }
            if node
                .pi()
                .is_some_and(|instruction| instruction.target == "xml-stylesheet")
            {
                return Err(PictureError::Unsupported(ELSEWHERE.to_owned()));
            }
            if node.is_element() {
                elements += 1;
                if elements > MAX_ELEMENTS {
                    return Err(too_complex("an SVG may have 2000 elements"));
                }
                // What other namespaces hold is not drawn by anybody.
                if node.tag_name().namespace() == Some(SVG) {
                    judge_element(node)?;
                }
            }
        }
        let drawn = self.follow(self.document.root_element(), 1)?;
        if drawn > MAX_ELEMENTS {
            return Err(too_complex(
                "an SVG may have 2000 elements, with every <use> followed",
            ));
        }
        self.judge_styles(elements)
    }

    /// Counts elements with every `<use>` followed; references to clips and masks are followed too, and bounded apart.
    fn follow(&mut self, node: Node<'a, 'a>, depth: usize) -> Result<usize, PictureError> {
        if depth > MAX_DEPTH {
            return Err(too_complex(
                "an SVG may have 32 levels, with every reference followed",
            ));
        }
        self.steps += 1;
        if self.steps > MAX_REFERENCES {
            return Err(too_complex("its elements refer to each other too often"));
        }
        let mut count = 1;
        if node.has_tag_name((SVG, "use")) {
            let target = references(node).find_map(|id| self.by_id.get(id).copied());
            if let Some(target) = target {
                count += self.follow(target, depth + 1)?;
            }
        }
        let of_style = |name| node.attribute(name).into_iter().flat_map(urls);
        let clips: Vec<&str> = ["clip-path", "mask", "style"]
            .into_iter()
            .flat_map(of_style)
            .collect();
        for id in clips {
            if let Some(&clip) = self.by_id.get(id).filter(|clip| is_clip(**clip)) {
                self.follow(clip, depth + 1)?;
            }
        }
        for child in node.children().filter(Node::is_element) {
            // Clips are drawn where something refers to them.
            if !is_clip(child) {
                count += self.follow(child, depth + 1)?;
            }
        }
        Ok(count)
    }

    /// Rules may attach clips and masks to anything: bounded by what they could do at worst.
    fn judge_styles(&self, elements: usize) -> Result<(), PictureError> {
        let styles = self
            .document
            .descendants()
            .filter(|node| node.has_tag_name((SVG, "style")));
        let text: String = styles
            .flat_map(|node| node.descendants())
            .filter_map(|node| node.text())
            .collect();
        let rules: Vec<(&str, &str)> = text.split('}').filter_map(|rule| rule.split_once('{')).collect();
        let selectors = rules.iter().flat_map(|(selectors, _)| selectors.split(','));
        // Each part of a selector that speaks of ancestors walks up the tree.
        let work = selectors.map(|selector| {
            match selector
                .split([' ', '>', '+', '~', '\n', '\t', '\r'])
                .filter(|part| !part.is_empty())
                .count()
            {
                0 | 1 => 1,
                2 => MAX_DEPTH,
                _ => MAX_STYLE,
            }
        });
        let too_much = || too_complex("its style rules are too many, or too intricate");
        if work.sum::<usize>().saturating_mul(elements.max(1)) > MAX_STYLE * 10 {
            return Err(too_much());
        }
        let refers = |declarations: &str| declarations.contains("clip-path") || declarations.contains("mask");
        let referring: Vec<&str> = rules
            .iter()
            .filter(|(_, declarations)| refers(declarations))
            .flat_map(|(selectors, _)| selectors.split(','))
            .map(str::trim)
            .collect();
        let inside: Vec<Node<'_, '_>> = self
            .document
            .descendants()
            .filter(|node| node.is_element() && node.ancestors().skip(1).any(is_clip))
            .collect();
        if referring.is_empty() || inside.len() <= FEW {
            return Ok(());
        }
        let classes: Option<HashSet<&str>> = referring
            .iter()
            .map(|selector| {
                let class = selector.strip_prefix('.')?;
                class
                    .chars()
                    .all(|part| part.is_alphanumeric() || "-_".contains(part))
                    .then_some(class)
            })
            .collect();
        let nests = |classes: &HashSet<&str>| {
            inside.iter().any(|node| {
                let own = node.attribute("class").unwrap_or_default();
                own.split_whitespace().any(|class| classes.contains(class))
            })
        };
        match classes {
            Some(classes) if !nests(&classes) && inside.len() * elements <= MAX_STYLE => Ok(()),
            _ => Err(too_much()),
        }
    }
}

fn is_clip(node: Node<'_, '_>) -> bool {
    node.has_tag_name((SVG, "clipPath")) || node.has_tag_name((SVG, "mask"))
}

/// The ids that `href` attributes name.
fn references<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = &'a str> {
    let hrefs = node.attributes().filter(|attribute| attribute.name() == "href");
    hrefs.filter_map(|attribute| attribute.value().trim().strip_prefix('#'))
}

/// The ids that `url(#…)` names in a value.
fn urls(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).filter_map(|rest| {
        let inside = rest.split(')').next()?;
        inside.trim().trim_matches(['\'', '"']).strip_prefix('#')
    })
}

fn judge_element(node: Node<'_, '_>) -> Result<(), PictureError> {
    let name = node.tag_name().name();
    let unsupported = |what: String| Err(PictureError::Unsupported(what));
    match name {
        "text" | "tspan" | "textPath" | "tref" | "font" => {
            return unsupported("its text needs fonts; convert text to outlines".to_owned());
        }
        "image" | "feImage" => {
            return unsupported("it embeds another image; save it as PNG".to_owned());
        }
        "script" | "foreignObject" | "iframe" => return unsupported(format!("it holds <{name}>")),
        _ if KNOWN.contains(&name) => {}
        _ => {
            return unsupported(format!(
                "<{}> is not drawn here; simplify it, or save it as PNG",
                name.chars().take(40).collect::<String>()
            ));
        }
    }
    let elsewhere = node
        .attributes()
        .any(|attribute| attribute.name() == "href" && !attribute.value().trim().starts_with('#'));
    if elsewhere && name != "a" {
        return unsupported(ELSEWHERE.to_owned());
    }
    // A style sheet is text of its element.
    let styles = node.text().filter(|_| name == "style").unwrap_or_default();
    let values = node.attributes().map(|attribute| attribute.value());
    if styles.contains("@import") || values.chain([styles]).any(names_a_file) {
        return unsupported(ELSEWHERE.to_owned());
    }
    Ok(())
}

/// Whether a value has a `url(…)` that leads out of the document. Fonts are embedded as `data:` and nobody draws them.
fn names_a_file(value: &str) -> bool {
    let mut rests = value.split("url(").skip(1);
    rests.any(|rest| {
        let named = rest.trim_start().trim_start_matches(['\'', '"']).trim_start();
        !named.starts_with('#') && !named.starts_with("data:")
    })
}
