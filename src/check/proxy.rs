//! The proxy between the service and Slack: which one its environment names.

use super::token::ENVIRONMENT;
use super::units::{SERVICE, Units};

/// The variables that name a proxy for https, in the order in which they count.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Those that name the hosts for which it is not used.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy, and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) variable: String,
    pub(super) url: String,
    /// The hosts for which it is not used.
    pub(super) except: String,
}

impl Proxy {
    /// The proxy of this process.
    pub(super) fn own() -> Option<Proxy> {
        proxy(|variable| std::env::var(variable).ok())
    }

    /// The proxy in the service's environment: its file outweighs its unit (systemd.exec(5), EnvironmentFile=).
    pub(super) fn of_service(units: &Units) -> Option<Proxy> {
        let file = std::fs::read_to_string(ENVIRONMENT).unwrap_or_default();
        let unit = units.get(SERVICE, "Environment").replace(' ', "\n");
        proxy(|variable| assigned(&file, variable).or_else(|| assigned(&unit, variable)))
    }

    /// As it may be shown.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", without_password(&self.url), self.variable)
    }
}

/// The first variable that names a proxy.
fn proxy(get: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
    PROXIES.into_iter().find_map(|variable| {
        let url = get(variable).filter(|url| !url.is_empty())?;
        let except = EXCEPTIONS.into_iter().find_map(&get);
        Some(Proxy {
            variable: variable.to_owned(),
            url,
            except: except.unwrap_or_default(),
        })
    })
}

/// A proxy's address may hold a password, which is for nobody's screen.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        _ => url.to_owned(),
    }
}

/// The last value of a variable in an EnvironmentFile= (systemd.exec(5)).
fn assigned(file: &str, variable: &str) -> Option<String> {
    let mut values = file.lines().rev().filter_map(|line| {
        let (name, value) = line.trim().split_once('=')?;
        (name.trim() == variable).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    values.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_has_its_proxy_from_its_environment_file() {
        let file = "# HTTPS_PROXY=no\nSLACK_BOT_TOKEN=x\nHTTPS_PROXY=\"http://proxy:3128\"\n";
        let found = proxy(|variable| assigned(file, variable));
        assert_eq!(
            found.map(|proxy| proxy.url).as_deref(),
            Some("http://proxy:3128")
        );
    }

    #[test]
    fn a_password_in_its_address_is_not_shown() {
        let url = "http://me:secret@proxy:3128".to_owned();
        let proxy = Proxy {
            variable: "HTTPS_PROXY".to_owned(),
            url,
            except: String::new(),
        };
        assert_eq!(proxy.shown(), "http://…@proxy:3128 (HTTPS_PROXY)");
    }
}
