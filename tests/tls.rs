//! The way to Slack over TLS: roots of one's own, a proxy, and what is refused on the way.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};

use sftp_monitor::adapters::config::{Config, Token};
use sftp_monitor::adapters::slack::{self, POST, SlackClient};
use sftp_monitor::adapters::webhook;
use sftp_monitor::domain::render::Rendered;
use support::program::World;
use tls::Certificate;

/// The program, with a Slack behind TLS and a proxy that may be used.
struct Way {
    world: World,
    certificate: Certificate,
    proxy: String,
    /// Where the proxy was asked to connect to.
    connected: Arc<Mutex<Vec<String>>>,
}

impl Way {
    fn new() -> Way {
        let mut world = World::new();
        let certificate = Certificate::make(&world.path("")).unwrap();
        let plain = world.slack.url.trim_start_matches("http://");
        let plain = plain.trim_end_matches("/api").parse().unwrap();
        let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (encrypted, proxy) = (listen(), listen());
        world.slack.url = format!(
            "https://localhost:{}/api",
            encrypted.local_addr().unwrap().port()
        );
        let way = Way {
            proxy: format!("http://{}", proxy.local_addr().unwrap()),
            connected: Arc::default(),
            certificate: certificate.clone(),
            world,
        };
        let connected = Arc::clone(&way.connected);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let on_connect = |target: &str| connected.lock().unwrap().push(target.to_owned());
            runtime.block_on(async {
                tokio::try_join!(
                    tls::terminate(encrypted, &certificate, plain),
                    tls::proxy(proxy, on_connect)
                )
            })
        });
        way
    }

    /// Makes the certificate one that the program knows.
    fn with_ca_file(mut self) -> Way {
        let path = self.certificate.certificate.display();
        self.world.slack_config = format!("ca-file = \"{path}\"\n");
        self
    }

    /// Posts one message.
    fn posts(&self, environment: &[(&str, &str)]) -> Output {
        let mut command = self
            .world
            .command(&["notify-failure", "sftp-monitor.service"]);
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(variable);
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        command.envs(environment.iter().copied());
        command.output().unwrap()
    }

    fn connected(&self) -> usize {
        self.connected.lock().unwrap().len()
    }
}

/// What is wrong with a configuration whose `slack.ca-file` is this one.
fn refused(path: &Path) -> String {
    let text = format!("[slack]\nca-file = \"{}\"\n", path.display());
    let refused = Config::parse(Path::new("config.toml"), &text).unwrap_err();
    refused.to_string()
}

#[test]
fn with_a_root_of_ones_own_slack_is_reached_directly_or_through_a_proxy() {
    let way = Way::new().with_ca_file();
    assert!(way.posts(&[]).status.success());
    assert_eq!((way.world.slack.posts().len(), way.connected()), (1, 0));
    assert!(way.posts(&[("HTTPS_PROXY", &way.proxy)]).status.success());
    assert_eq!((way.world.slack.posts().len(), way.connected()), (2, 1));
    let beside = [
        ("HTTPS_PROXY", way.proxy.as_str()),
        ("NO_PROXY", "localhost"),
    ];
    assert!(way.posts(&beside).status.success());
    assert_eq!((way.world.slack.posts().len(), way.connected()), (3, 1));
}

#[tokio::test]
async fn without_it_nothing_arrives_and_the_cause_is_told_without_the_token() {
    let way = Way::new();
    let (token, secret) = ("xoxb-0123456789-secret", "proxy-secret");
    let token = Token::new(token.to_owned(), "a test");
    let text = format!("[slack]\napi-url = \"{}\"\n", way.world.slack.url);
    let config = Config::parse(Path::new("config.toml"), &text).unwrap();
    let message = Rendered {
        text: "a".to_owned(),
        blocks: None,
    };
    for way in [
        slack::ProxySettings::Direct,
        slack::ProxySettings::Proxy {
            url: way.proxy.replace("//", &format!("//me:{secret}@")),
            except: String::new(),
        },
    ] {
        let client = SlackClient::by(&way, &config.slack, &token).unwrap();
        let verdict = client.post(&message, POST).await;
        let said = format!("{verdict} {verdict:?}");
        assert!(said.contains("invalid peer certificate"), "{said}");
        assert!(
            !said.contains(token.expose()) && !said.contains(secret),
            "{said}"
        );
    }
    assert!(way.world.slack.posts().is_empty());
}

#[tokio::test]
async fn the_webhook_has_roots_of_its_own_and_without_them_gets_nothing() {
    let way = Way::new();
    let receiver = &way.world.slack;
    let roots = way.certificate.certificate.display();
    let mut verdicts = Vec::new();
    for keys in [String::new(), format!("ca-file = \"{roots}\"")] {
        let text = format!("[webhook]\nurl = \"{}?key=hidden\"\n{keys}", receiver.url);
        let config = Config::parse(Path::new("config.toml"), &text).unwrap();
        let direct = slack::ProxySettings::Direct;
        let client = webhook::WebhookClient::new(&direct, &config.webhook, None).unwrap();
        let verdict = client.unwrap().post("1-1", b"{}".to_vec()).await;
        verdicts.push((verdict.to_string(), receiver.posts().len()));
    }
    let (refused, none) = &verdicts[0];
    assert!(refused.contains("invalid peer certificate"), "{refused}");
    assert!(!refused.contains("hidden"), "{refused}");
    assert_eq!((*none, &verdicts[1]), (0, &("ok".to_owned(), 1)));
}

#[test]
fn a_file_of_roots_in_which_no_certificate_can_be_read_is_refused_with_the_cause() {
    let directory = tempfile::tempdir().unwrap();
    let made = Certificate::make(directory.path()).unwrap();
    let file = directory.path().join("roots.pem");
    let pem = std::fs::read_to_string(&made.certificate).unwrap();
    let key = std::fs::read_to_string(&made.key).unwrap();
    let accepts = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let config = format!("[slack]\nca-file = \"{}\"\n", file.display());
        let config = Config::parse(Path::new("config.toml"), &config).unwrap();
        config.slack.ca_file.unwrap().certificates().len()
    };
    assert_eq!(accepts(&pem), 1);
    assert_eq!(accepts(&format!("A comment.\n{pem}{key}\r\n{pem}")), 2);
    let refuses = |text: &str| {
        std::fs::write(&file, text).unwrap();
        refused(&file).replace(&directory.path().display().to_string(), "")
    };
    let begins = "config.toml:2: slack.ca-file: /roots.pem";
    assert_eq!(
        refuses(&key),
        format!("{begins} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    );
    for damaged in [
        pem.replace("-----END CERTIFICATE-----", ""),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
    ] {
        let said = refuses(&damaged);
        let cause = format!("{begins}: a certificate in it cannot be read (");
        assert!(said.starts_with(&cause), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_failure_is_told_in_the_configured_channel_though_the_roots_are_gone() {
    let mut world = World::new();
    world.slack_config = "ca-file = \"/no/such/ca.pem\"\nchannel = \"C0NFIGURED\"\n".to_owned();
    let output = world.run(&["notify-failure", "sftp-monitor.service"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("slack.ca-file: /no/such/ca.pem: No such file"),
        "{said}"
    );
    assert_eq!(world.slack.posts()[0].body["channel"], "C0NFIGURED");
    let output = world.run(&["run"]);
    assert_eq!(output.status.code(), Some(78), "{output:?}");
}
