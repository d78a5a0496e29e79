//! An address as proxies write it into headers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`, each IPv6 address perhaps
/// with a zone. Nothing for `unknown`, for obfuscated names (`_hidden`), and for whatever else is no address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        if !after.is_empty() && !after.strip_prefix(':').is_some_and(is_port) {
            return None;
        }
        IpAddr::V6(v6(inside)?)
    } else if let Ok(address) = text.parse::<Ipv4Addr>() {
        IpAddr::V4(address)
    } else if let Some((host, port)) = text.split_once(':').filter(|(_, port)| !port.contains(':')) {
        if !is_port(port) {
            return None;
        }
        IpAddr::V4(host.parse().ok()?)
    } else {
        IpAddr::V6(v6(text)?)
    };
    Some(address.to_canonical())
}

/// The zone says which cable of that proxy a link-local address was seen on; here it means nothing.
fn v6(text: &str) -> Option<Ipv6Addr> {
    match text.split_once('%') {
        Some((address, zone)) if !zone.is_empty() => address.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

/// RFC 7239: digits, or an obfuscated name.
fn is_port(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number || text.strip_prefix('_').is_some_and(is_name)
}
