//! Which addresses are the internet: RFC 6890, and the registries of IANA that go on from it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Internet,
    /// In development: this very machine, too.
    InternetAndLoopback,
    Loopback,
}

impl Reach {
    pub(super) fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Internet => is_internet(address),
            Self::InternetAndLoopback => is_internet(address) || address.is_loopback(),
            Self::Loopback => address.is_loopback(),
        }
    }
}

fn is_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_internet_v4(address),
        IpAddr::V6(address) => is_internet_v6(address),
    }
}

fn is_internet_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    let within = |&(network, length): &([u8; 4], u32)| {
        (bits ^ u32::from_be_bytes(network)).leading_zeros() >= length
    };
    !NOT_INTERNET_V4.iter().any(within)
}

/// All that is assigned begins with 001. What holds an address of IPv4 is judged by that (NAT64), or is no internet:
/// mapped and compatible addresses, 6to4, Teredo.
fn is_internet_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let within = |&(network, length): &([u16; 8], u32)| {
        (bits ^ Ipv6Addr::from(network).to_bits()).leading_zeros() >= length
    };
    if within(&NAT64) {
        let [.., a, b, c, d] = address.octets();
        return is_internet_v4(Ipv4Addr::new(a, b, c, d));
    }
    within(&GLOBAL_UNICAST) && !NOT_INTERNET_V6.iter().any(within)
}

const NOT_INTERNET_V4: [([u8; 4], u32); 15] = [
    ([0, 0, 0, 0], 8),       // "this network"
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // shared by customers of a carrier
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, with the metadata of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 88, 99, 0], 24),  // 6to4 relays
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, and broadcast
];
const GLOBAL_UNICAST: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
const NAT64: ([u16; 8], u32) = ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
const NOT_INTERNET_V6: [([u16; 8], u32); 4] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments, Teredo among them
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_registries_of_special_purposes_are_no_internet() {
        let special = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 \
            169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 \
            198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 \
            :: ::1 ::7f00:1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::8.8.8.8 64:ff9b::10.0.0.1 \
            64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 \
            2002:a00:1::1 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1 ff0e::1";
        for text in special.split_whitespace() {
            let address: IpAddr = text.parse().expect(text);
            assert!(!Reach::Internet.has(address), "{text}");
            assert_eq!(Reach::InternetAndLoopback.has(address), address.is_loopback(), "{text}");
        }
    }

    #[test]
    fn other_addresses_are_the_internet() {
        let internet = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1 \
            169.253.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.0.1 198.17.0.1 198.20.0.1 223.255.255.255 \
            2001:200::1 2001:4860:4860::8888 2606:4700::1111 2a00:1450::1 64:ff9b::8.8.8.8";
        for text in internet.split_whitespace() {
            let address: IpAddr = text.parse().expect(text);
            assert!(Reach::Internet.has(address), "{text}");
            assert!(!Reach::Loopback.has(address), "{text}");
        }
    }
}
