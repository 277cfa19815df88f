//! Where messages may go: public addresses, and those of the operator's networks that the
//! configuration names. Users of a project write the addresses of webhooks; without this they could
//! reach whatever this host reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Networks that are not public and may be reached all the same.
#[derive(Debug, Clone, Default)]
pub struct Networks(Vec<Network>);

/// A network, such as `10.1.0.0/16` or `fd00::/8`; a single address without a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Networks {
        Networks(networks.into_iter().collect())
    }
}

impl Networks {
    /// Whether something may be sent to this address.
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.0.iter().any(|network| network.holds(address))
    }
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let equal = |a: u128, b: u128, bits: u32| {
            let shift = bits - u32::from(self.length);
            a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
        };
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => equal(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => equal(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || format!("`{text}` is no network: write 10.1.0.0/16 or fd00::/8");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.parse::<u8>().map_err(|_| wrong())?,
            None => most,
        };
        match length <= most {
            true => Ok(Network { address, length }),
            false => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(text: String) -> Result<Network, String> {
        text.parse()
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// IANA's special-purpose registry of IPv4, as far as it is not reachable globally.
fn is_public_v4(a: Ipv4Addr) -> bool {
    let [first, second, third, _] = a.octets();
    let special = matches!(
        (first, second, third),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _)
    );
    !special
}

/// Global unicast, without documentation and what holds an IPv4 address inside.
fn is_public_v6(a: Ipv6Addr) -> bool {
    let [first, second, ..] = a.segments();
    let global = first & 0xe000 == 0x2000;
    let special = matches!(
        (first, second),
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, _)
    );
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_and_configured_addresses_are_allowed() {
        let networks: Networks = ["10.1.0.0/16", "fd00::/8", "127.0.0.1"]
            .iter()
            .map(|text| text.parse::<Network>().unwrap())
            .collect();
        for (address, allowed) in [
            ("9.9.9.9", true),
            ("2a00:1450:4001::1", true),
            ("10.1.2.3", true),
            ("10.2.2.3", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("::ffff:127.0.0.2", false),
            ("::ffff:10.1.0.1", true),
            ("::1", false),
            ("fd12::1", true),
            ("fe80::1", false),
            ("169.254.169.254", false),
            ("0.0.0.0", false),
            ("100.100.0.1", false),
            ("172.31.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("224.0.0.1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("64:ff9b::7f00:1", false),
        ] {
            assert_eq!(
                networks.allow(address.parse().unwrap()),
                allowed,
                "{address}"
            );
        }
        for text in ["", "10.0.0.0/33", "x/8", "10.0.0.0/-1", "::/129", "10.0.0"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .holds("127.0.0.1".parse().unwrap())
        );
    }
}
