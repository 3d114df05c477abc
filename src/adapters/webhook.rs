//! Posts events to the webhook's address, signed as Standard Webhooks has it.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use std::time::{Duration, SystemTime};

use anyhow::Context;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use tokio::time::timeout;

use crate::adapters::config::{Secret, WebhookConfig};
use crate::adapters::slack::{ProxySettings, chain, may_have_arrived, retry_after};
use crate::domain::base::time::Time;
use crate::domain::webhook::{self, Delivery, classify};

/// Timeout for the connection, including TLS.
const CONNECT: Duration = Duration::from_secs(5);

/// Timeout for a whole request, from the name lookup to the status of the answer.
const POST: Duration = Duration::from_secs(10);

/// The most bytes that are read of an answer, and for how long: only its status matters. A connection whose answer was read
/// whole serves the next event.
const ANSWER_MOST: usize = 16 * 1024;
const ANSWER: Duration = Duration::from_secs(1);

/// A client for the receiver; a clone shares its connection.
#[derive(Clone)]
pub struct WebhookClient {
    http: reqwest::Client,
    url: Url,
    key: Option<hmac::Key>,
}

impl WebhookClient {
    /// A client for the receiver, if there is one; it sends nothing yet.
    pub fn new(
        proxy: &ProxySettings,
        webhook: &WebhookConfig,
        secret: Option<&Secret>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(url) = &webhook.url else {
            return Ok(None);
        };
        let builder = proxy.builder(url.as_str(), webhook.ca_file.as_ref())?;
        let builder = builder
            .connect_timeout(CONNECT)
            .timeout(POST)
            // Events come in bursts, and a repeat has the same id.
            .pool_max_idle_per_host(1);
        Ok(Some(WebhookClient {
            http: builder.build().context("setting up the webhook")?,
            url: url.clone(),
            key: secret.map(|secret| hmac::Key::new(HMAC_SHA256, secret.expose())),
        }))
    }

    /// Posts an event. The address may hold a secret: no error contains it.
    pub async fn post(&self, id: &str, body: Vec<u8>) -> Delivery {
        let at = Time::from(SystemTime::now());
        let seconds = at.0.div_euclid(1_000_000);
        let mut request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, webhook::CONTENT_TYPE)
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds);
        if let Some(key) = &self.key {
            request = request.header("webhook-signature", signature(key, id, seconds, &body));
        }
        match request.body(body).send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let delivery = classify(status, retry_after(&response).as_deref(), at);
                // The status has decided, whatever becomes of the rest.
                let _ = timeout(ANSWER, read(response)).await;
                delivery
            }
            Err(error) => Delivery::Failed {
                arrived: may_have_arrived(&error),
                why: chain(error),
            },
        }
    }

    /// Asks whether the receiver answers at all. Sends no event; the status of the answer tells little.
    pub async fn reach(&self) -> Result<(), String> {
        let answer = self.http.head(self.url.clone()).send().await;
        answer.map(drop).map_err(chain)
    }
}

/// The signature of a request: over its id, its time in seconds and its body.
fn signature(key: &hmac::Key, id: &str, seconds: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

async fn read(mut response: Response) {
    let mut length = 0;
    while length < ANSWER_MOST {
        match response.chunk().await {
            Ok(Some(chunk)) => length += chunk.len(),
            Ok(None) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let key = hmac::Key::new(HMAC_SHA256, &secret.expect("base64"));
        let signed = signature(
            &key,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
