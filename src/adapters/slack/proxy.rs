//! The proxy to Slack, to the webhook and to the heartbeat: which proxy an environment names, and a client that uses it.

use anyhow::Context;
use reqwest::{ClientBuilder, NoProxy, redirect};

use crate::adapters::config::{CaFile, environment};

/// The variables that name a proxy for https; the first one that is set counts.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The variables that name the hosts that are reached without the proxy.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxySettings {
    /// The proxy of the environment: `HTTPS_PROXY`, `NO_PROXY`.
    Environment,
    /// No proxy.
    Direct,
    /// This proxy.
    Proxy {
        /// Its address.
        url: String,
        /// The hosts that are reached without the proxy.
        except: String,
    },
}

/// A proxy, and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) variable: String,
    pub(crate) url: String,
    /// The hosts that are reached without the proxy.
    pub(crate) except: String,
}

impl Proxy {
    /// The first proxy that an environment names.
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

    /// The proxy for messages, without a password.
    pub(crate) fn shown(&self) -> String {
        format!("{} ({})", without_password(&self.url), self.variable)
    }
}

/// The value of a variable in a file of environment variables, as text.
pub(crate) fn assigned(file: &[u8], variable: &str) -> Option<String> {
    let value = environment::assigned(file, variable)?;
    Some(String::from_utf8_lossy(&value).into_owned())
}

impl ProxySettings {
    /// A builder of clients for this address, which also trust these root certificates.
    pub(crate) fn builder(
        &self,
        url: &str,
        roots: Option<&CaFile>,
    ) -> anyhow::Result<ClientBuilder> {
        let mut builder = reqwest::Client::builder()
            // A token must never go to another host.
            .redirect(redirect::Policy::none())
            // Requests are rare. If the other side has closed a kept connection, the error leaves open whether the request
            // arrived.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("sftp-monitor/", env!("CARGO_PKG_VERSION")));
        if let Some(roots) = roots {
            builder = builder.tls_certs_merge(roots.certificates().iter().cloned());
        }
        Ok(match self {
            // Plain http goes only to this machine; a proxy would get the token unencrypted.
            _ if url.starts_with("http:") => builder.no_proxy(),
            ProxySettings::Environment => builder,
            ProxySettings::Direct => builder.no_proxy(),
            ProxySettings::Proxy { url, except } => {
                let proxy = reqwest::Proxy::https(url).context("the proxy's address")?;
                builder.proxy(proxy.no_proxy(NoProxy::from_string(except)))
            }
        })
    }

    /// The proxy of this process. A command that root runs by hand uses the proxy of the units: sudo drops the shell's
    /// variables, and the shell does not have the units' variables.
    pub fn find() -> ProxySettings {
        let file = match environment::is_by_hand() {
            true => std::fs::read(environment::FILE).unwrap_or_default(),
            false => Vec::new(),
        };
        ProxySettings::as_in(&file)
    }

    /// The proxy that a file of environment variables names, else the proxy of the environment.
    fn as_in(file: &[u8]) -> ProxySettings {
        Proxy::of(|variable| assigned(file, variable))
            .map_or(ProxySettings::Environment, ProxySettings::from)
    }
}

impl From<Proxy> for ProxySettings {
    fn from(proxy: Proxy) -> ProxySettings {
        ProxySettings::Proxy {
            url: proxy.url,
            except: proxy.except,
        }
    }
}

/// Removes the password from a proxy's address: it must not be shown.
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
        let way = ProxySettings::Proxy {
            url: "http://proxy:3128".to_owned(),
            except: "localhost".to_owned(),
        };
        assert_eq!(ProxySettings::as_in(file.as_bytes()), way);
        assert_eq!(
            ProxySettings::as_in(b"#HTTPS_PROXY=http://proxy:3128\n"),
            ProxySettings::Environment
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
