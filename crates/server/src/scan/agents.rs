//! What is known of a user agent: device, operating system, browser, and whether it is a crawler.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use qrstudio_store::Device;
use regex::RegexSet;
use woothee::parser::Parser;

/// Patterns of crawlers and link previewers, one a line; the file says where they come from.
const CRAWLERS: &str = include_str!("../../assets/crawlers.txt");
/// Those that are on no list, but say what they are.
const OWN: &str = include_str!("../../assets/crawlers-own.txt");
/// User agents that are remembered: people have few.
const REMEMBERED: usize = 4096;
/// Longer ones are looked at in part.
const LONGEST: usize = 512;

/// What one user agent says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) device: Option<Device>,
    pub(crate) os: Option<String>,
    pub(crate) browser: Option<String>,
    pub(crate) is_bot: bool,
}

/// What tells user agents apart: a library, behind this so that another one can take its place.
pub(crate) trait AgentReader: Send + Sync {
    /// Reads a user agent that is not empty.
    fn read(&self, user_agent: &str) -> Agent;
}

/// Reads user agents, and remembers them.
pub(crate) struct Agents {
    reader: Box<dyn AgentReader>,
    known: RwLock<HashMap<Box<str>, Arc<Agent>>>,
}

impl Agents {
    pub(crate) fn new(reader: impl AgentReader + 'static) -> Self {
        Self {
            reader: Box::new(reader),
            known: RwLock::default(),
        }
    }

    pub(crate) fn read(&self, user_agent: &str) -> Arc<Agent> {
        let user_agent = user_agent.get(..LONGEST).unwrap_or(user_agent);
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(agent) = known.get(user_agent) {
                return Arc::clone(agent);
            }
        }
        let agent = Arc::new(if user_agent.is_empty() {
            Agent::default()
        } else {
            self.reader.read(user_agent)
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(user_agent.into(), Arc::clone(&agent));
        agent
    }
}

/// The `woothee` library, and the list of crawlers in this repository.
pub(crate) struct Woothee {
    parser: Parser,
    crawlers: RegexSet,
}

impl Woothee {
    /// # Errors
    /// A pattern of the list that is no regular expression, which a test rules out.
    pub(crate) fn new() -> Result<Self, regex::Error> {
        let patterns = CRAWLERS
            .lines()
            .chain(OWN.lines())
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        Ok(Self {
            parser: Parser::new(),
            crawlers: RegexSet::new(patterns)?,
        })
    }
}

impl AgentReader for Woothee {
    fn read(&self, user_agent: &str) -> Agent {
        if self.crawlers.is_match(user_agent) {
            return Agent {
                device: Some(Device::Bot),
                is_bot: true,
                ..Agent::default()
            };
        }
        let Some(parsed) = self.parser.parse(user_agent) else {
            return Agent::default();
        };
        let known = |name: &str| (!name.is_empty() && name != "UNKNOWN").then(|| name.to_owned());
        let device = match parsed.category {
            "smartphone" | "mobilephone" if is_tablet(user_agent) => Some(Device::Tablet),
            "smartphone" | "mobilephone" => Some(Device::Mobile),
            "pc" => Some(Device::Desktop),
            // The library's crawlers are clients, too, that are on no list of ours: people's as far as we know.
            _ => None,
        };
        Agent {
            device,
            os: known(parsed.os),
            browser: known(parsed.name),
            is_bot: false,
        }
    }
}

/// The library calls tablets phones. Android's tablets leave `Mobile` out, as Chrome's documentation says.
fn is_tablet(user_agent: &str) -> bool {
    user_agent.contains("iPad")
        || user_agent.contains("Tablet")
        || (user_agent.contains("Android") && !user_agent.contains("Mobile"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many user agents of a file there are, and which of them count as crawlers.
    fn crawlers_of(file: &'static str) -> (usize, Vec<&'static str>) {
        let reader = Woothee::new().unwrap();
        let crawlers = file.lines().filter(|agent| reader.read(agent).is_bot);
        (file.lines().count(), crawlers.collect())
    }

    #[test]
    fn nobody_who_holds_a_phone_is_a_crawler() {
        for people in [
            include_str!("../../tests/data/agents/browsers.txt"),
            include_str!("../../tests/data/agents/devices.txt"),
        ] {
            let (all, mistaken) = crawlers_of(people);
            assert!(all > 900);
            assert_eq!(mistaken, Vec::<&str>::new());
        }
        let clients = "curl/8.5.0 python-requests/2.31.0 Wget/1.21.4 okhttp/4.12.0 axios/1.7.2 Go-http-client/2.0 GuzzleHttp/7 \
                       PostmanRuntime/7.36.0 python-httpx/0.27.0 libwww-perl/6.72 HTTPie/3.2.2";
        let reader = Woothee::new().unwrap();
        let node = "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)";
        for client in clients.split_whitespace().chain(["", node]) {
            assert!(!reader.read(client).is_bot, "{client}");
        }
    }

    #[test]
    fn most_crawlers_are_known() {
        for (name, file, floor_percent) in [
            ("listed", include_str!("../../tests/data/agents/listed.txt"), 99),
            // Of those that nobody has told us of: many are a bare name that means nothing by itself.
            (
                "met by others",
                include_str!("../../tests/data/agents/crawlers.txt"),
                74,
            ),
        ] {
            let (all, known) = crawlers_of(file);
            println!("{name}: {} of {all} crawlers are known", known.len());
            assert!(
                known.len() * 100 >= all * floor_percent,
                "{name}: {} of {all}",
                known.len()
            );
        }
    }
}
