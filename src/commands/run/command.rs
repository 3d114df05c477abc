//! `sftp-monitor run`: loads the configuration and starts the daemon.

use crate::adapters::config::{Config, Secret, Token};
use crate::adapters::log::{Priority, line};
use crate::adapters::slack::ProxySettings;
use crate::adapters::store::{StopTold, Store, become_owner};
use crate::adapters::{machine, userdb};
use crate::commands::cli::{self, Cli};
use crate::commands::clock::now;
use crate::commands::run::fixed::FixedSettings;
use crate::commands::run::own::Teller;
use crate::commands::run::start;
use crate::commands::status;
use crate::domain::base::stop;
use crate::domain::state::Daily;

/// Runs the daemon.
pub fn command(cli: &Cli, arguments: &cli::RunArgs) -> anyhow::Result<u8> {
    let mut config = Config::load(cli.config.as_deref())?;
    let token = if arguments.dry_run {
        None
    } else {
        Some(Token::find("sftp-monitor.service")?)
    };
    let secret = match Secret::find("sftp-monitor.service") {
        // Without a webhook nobody needs it.
        Err(_) if config.webhook.url.is_none() || arguments.dry_run => None,
        secret => secret?,
    };
    // Still as root: the owner of the state may not read the file with the proxy settings.
    let proxy = ProxySettings::find();
    if let Some(remark) = token.as_ref().and_then(Token::remark) {
        line(Priority::Warning, remark);
    }
    let mut directory = machine::of(&mut config, arguments.partners.as_deref());
    let (store, stop_told) = if arguments.dry_run {
        (Store::in_memory(figures(cli, &config)), None)
    } else {
        let path = cli.state_directory();
        become_owner(&path)?;
        (Store::open(&path)?, StopTold::find(&path))
    };
    for warning in userdb::warnings(&config, directory.as_mut()) {
        line(Priority::Warning, &warning.to_string());
    }
    let fixed = FixedSettings {
        path: cli.config.clone(),
        source: config.source.clone(),
        partners: arguments.partners.clone(),
        token,
        secret,
        proxy,
    };
    let teller = Teller::new(stop_told);
    start::run(
        &config,
        store,
        directory,
        fixed,
        teller,
        arguments.from_start,
    )?;
    Ok(0)
}

/// Today's figures so far, so that a dry run begins as a real run would. `None` if there are none, or if this user may not read
/// them.
fn figures(cli: &Cli, config: &Config) -> Option<Daily> {
    let directory = cli.state_directory();
    let now = now();
    match status::load(&directory, config.zone, now, "run --dry-run") {
        Ok(figures) => {
            let told = format!(
                "counting continues from the figures in {}",
                directory.display()
            );
            figures.inspect(|_| line(Priority::Notice, &told))
        }
        Err(error) => {
            let told = format!("counting begins with zero: {}", stop::said(&error));
            line(Priority::Warning, &told);
            None
        }
    }
}
