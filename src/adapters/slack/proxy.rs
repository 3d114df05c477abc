//! The proxy on the way to Slack: which one an environment names.

use super::Way;
use crate::adapters::config::environment;

/// The variables that name a proxy for https, in the order in which they count.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Those that name the hosts for which it is not used.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy, and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) variable: String,
    pub(crate) url: String,
    /// The hosts for which it is not used.
    pub(crate) except: String,
}

impl Proxy {
    /// The first that an environment names.
    pub(crate) fn of(get: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
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

    /// The proxy of this process.
    pub(crate) fn own() -> Option<Proxy> {
        Proxy::of(|variable| std::env::var(variable).ok())
    }

    /// As it may be shown.
    pub(crate) fn shown(&self) -> String {
        format!("{} ({})", without_password(&self.url), self.variable)
    }
}

/// A variable's value in a file of environment variables, as text.
pub(crate) fn assigned(file: &[u8], variable: &str) -> Option<String> {
    let value = environment::assigned(file, variable)?;
    Some(String::from_utf8_lossy(&value).into_owned())
}

impl Way {
    /// The way of this process. What root runs by hand goes the way that the units go: sudo keeps no variable of the shell,
    /// and a shell knows none of the units'.
    pub fn find() -> Way {
        let file = match environment::is_by_hand() {
            true => std::fs::read(environment::FILE).unwrap_or_default(),
            false => Vec::new(),
        };
        Way::as_in(&file)
    }

    /// The way that a file of environment variables names, else that of the environment.
    fn as_in(file: &[u8]) -> Way {
        Proxy::of(|variable| assigned(file, variable)).map_or(Way::Environment, Way::from)
    }
}

impl From<Proxy> for Way {
    fn from(proxy: Proxy) -> Way {
        Way::Proxy {
            url: proxy.url,
            except: proxy.except,
        }
    }
}

/// A proxy's address may hold a password, which is for nobody's screen.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        (None, Some((_, host))) => format!("…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_the_way_is_the_one_that_the_units_environment_names() {
        let file = "# HTTPS_PROXY=no\nSLACK_BOT_TOKEN=x\nHTTPS_PROXY=\"http://proxy:3128\"\nNO_PROXY=localhost\n";
        let way = Way::Proxy {
            url: "http://proxy:3128".to_owned(),
            except: "localhost".to_owned(),
        };
        assert_eq!(Way::as_in(file.as_bytes()), way);
        assert_eq!(
            Way::as_in(b"#HTTPS_PROXY=http://proxy:3128\n"),
            Way::Environment
        );
    }

    #[test]
    fn a_password_in_its_address_is_not_shown() {
        let proxy = Proxy {
            variable: "HTTPS_PROXY".to_owned(),
            url: "http://me:secret@proxy:3128".to_owned(),
            except: String::new(),
        };
        assert_eq!(proxy.shown(), "http://…@proxy:3128 (HTTPS_PROXY)");
    }
}
