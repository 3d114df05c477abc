//! Slack: whether it can be reached, and what it says of the token.

use super::finding::Finding;
use super::token::{ENVIRONMENT, STORE};
use super::words::word;
use crate::config::{Config, Token};
use crate::slack::{Client, Identity, Verdict};

/// The name of the matter.
const NAME: &str = "slack";

/// The variables that name a proxy for https, in the order in which they count.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// What was seen of Slack.
pub(super) struct Facts {
    /// Whose token it is.
    answer: Result<Identity, Verdict>,
    /// Where Slack is.
    api_url: String,
    /// The proxy on the way.
    proxy: Option<Proxy>,
    /// One that the service has and this command has not.
    proxy_of_service: Option<Proxy>,
}

/// A proxy, and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Proxy {
    variable: String,
    url: String,
}

/// Asks Slack whose token it is.
pub(super) fn gather(config: &Config, token: &Token) -> anyhow::Result<Facts> {
    let client = Client::new(&config.slack, token)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Plain http goes to loopback, without a proxy.
    let proxied = config.slack.api_url.starts_with("https:");
    let proxy = proxy(|variable| std::env::var(variable).ok()).filter(|_| proxied);
    let file = std::fs::read_to_string(ENVIRONMENT).unwrap_or_default();
    let of_service = self::proxy(|variable| assigned(&file, variable)).filter(|_| proxied);
    Ok(Facts {
        answer: runtime.block_on(client.identity()),
        api_url: config.slack.api_url.clone(),
        proxy_of_service: of_service.filter(|_| proxy.is_none()),
        proxy,
    })
}

/// The first variable that names a proxy.
fn proxy(get: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
    PROXIES.into_iter().find_map(|variable| {
        let url = get(variable).filter(|url| !url.is_empty())?;
        let variable = variable.to_owned();
        Some(Proxy {
            variable,
            url: without_password(&url),
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

pub(super) fn judge(facts: &Facts) -> Finding {
    let way = match (&facts.proxy, &facts.proxy_of_service) {
        (Some(proxy), _) => format!(", through the proxy {} ({})", proxy.url, proxy.variable),
        (None, Some(proxy)) => format!(
            ", without the proxy {} that {ENVIRONMENT} gives the service ({})",
            proxy.url, proxy.variable
        ),
        (None, None) => String::new(),
    };
    let base = &facts.api_url;
    match &facts.answer {
        Ok(Identity { team, user, .. }) => Finding::ok(
            NAME,
            format!("{base} knows the token: {user} in {team}{way}"),
        ),
        Err(Verdict::Configuration(refusal) | Verdict::Unknown(refusal)) => {
            let said = format!("{base} refuses the token: {refusal}{way}");
            Finding::problem(NAME, said).mended_by(STORE)
        }
        Err(Verdict::Wait { why, .. }) => {
            let said = format!("{base} asks for a pause: {why}{way}");
            Finding::warning(NAME, said).mended_by("sudo sftp-monitor check")
        }
        Err(verdict) => {
            let said = format!("{base} cannot be reached: {verdict}{way}");
            let mend = match (&facts.proxy, &facts.proxy_of_service) {
                (None, Some(_)) => {
                    format!("sudo sh -c 'set -a; . {ENVIRONMENT}; exec sftp-monitor check'")
                }
                _ => format!("curl -sSv {}", word(&format!("{base}/api.test"))),
            };
            Finding::problem(NAME, said).mended_by(mend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::Refusal;

    fn judged(answer: Result<Identity, Verdict>, proxy: Option<&str>) -> String {
        let facts = Facts {
            answer,
            api_url: "https://slack.com/api".to_owned(),
            proxy: proxy.map(|url| Proxy {
                variable: "HTTPS_PROXY".to_owned(),
                url: without_password(url),
            }),
            proxy_of_service: None,
        };
        judge(&facts).told()
    }

    #[test]
    fn what_slack_answers_is_told_with_its_mend() {
        let known = Identity {
            team: "Example".into(),
            user: "sftp".into(),
            scopes: None,
        };
        assert_eq!(
            judged(Ok(known), Some("http://me:secret@proxy:3128")),
            "ok slack: https://slack.com/api knows the token: sftp in Example, through the proxy http://…@proxy:3128 (HTTPS_PROXY)\n"
        );
        let refusal = Refusal {
            code: "invalid_auth".into(),
            detail: String::new(),
        };
        let said = judged(Err(Verdict::Configuration(refusal)), None);
        assert!(said.starts_with("problem slack: https://slack.com/api refuses the token: invalid_auth\n  > systemd-ask-password"), "{said}");
        let retry = Verdict::Retry {
            ambiguous: false,
            why: "connection refused".into(),
        };
        assert_eq!(
            judged(Err(retry), None),
            "problem slack: https://slack.com/api cannot be reached: connection refused\n  > curl -sSv https://slack.com/api/api.test\n"
        );
    }

    #[test]
    fn the_service_has_its_proxy_from_its_environment_file() {
        let file = "# HTTPS_PROXY=no\nSLACK_BOT_TOKEN=x\nHTTPS_PROXY=\"http://proxy:3128\"\n";
        let found = proxy(|variable| assigned(file, variable));
        assert_eq!(
            found.map(|proxy| proxy.url).as_deref(),
            Some("http://proxy:3128")
        );
    }
}
