//! Mails, handed to the operator's mail server (`smtp` speaks with it).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coffer_core::cbr::Refusal;
use coffer_core::{Error, Result};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use super::Failure;
use super::smtp::{self, Encryption, Envelope, Login, Server};
use crate::catalog::notify::Delivery;
use crate::config::{MailTls, SmtpConfig};

/// Most recipients of one subscription.
const RECIPIENTS_MAX: usize = 20;
/// Longest line of a mail, without its end (RFC 5322).
const LINE_MAX: usize = 76;

/// Sends mails.
pub(super) struct Mailer {
    server: Server,
    /// As the header has it: `Coffer <coffer@example.org>`.
    from: String,
    /// As the envelope has it.
    sender: String,
}

/// Checks an address to send mails to: `name@example.org`, in ASCII, without quotes or comments.
pub fn check_address(field: &str, text: &str) -> Result<(), Refusal> {
    match is_address(text) {
        true => Ok(()),
        false => Err(Refusal::parameter(field, "is no mail address")),
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |part: &str| {
        let inside = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (1..=63).contains(&part.len()) && inside && !part.starts_with('-') && !part.ends_with('-')
    };
    let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    (1..=64).contains(&local.len())
        && local.chars().all(atom)
        && dots
        && domain.len() <= 253
        && domain.split('.').all(label)
}

/// Checks a list of addresses.
pub(crate) fn check_addresses(field: &str, list: &[String]) -> Result<(), Refusal> {
    if list.is_empty() || list.len() > RECIPIENTS_MAX {
        let text = format!("must be 1 to {RECIPIENTS_MAX} addresses");
        return Err(Refusal::parameter(field, text));
    }
    let mut each = list.iter().enumerate();
    each.try_for_each(|(n, address)| check_address(&format!("{field}[{n}]"), address))
}

impl Mailer {
    pub(super) fn new(config: &SmtpConfig) -> Result<Mailer> {
        let sender = match config.from.rsplit_once('<') {
            Some((_, address)) => address.trim_end().trim_end_matches('>'),
            None => config.from.trim(),
        };
        if !is_address(sender) || config.from.chars().any(char::is_control) {
            let text = format!("`{}` is no mail address", config.from);
            return Err(wrong("from", text));
        }
        let name = || {
            ServerName::try_from(config.host.clone())
                .map_err(|_| wrong("host", format!("`{}` is no name of a host", config.host)))
        };
        let (encryption, port) = match config.tls {
            MailTls::Starttls => (Encryption::Starttls(tls(config)?, name()?), 587),
            MailTls::Tls => (Encryption::Tls(tls(config)?, name()?), 465),
            MailTls::None => (Encryption::None, 25),
        };
        let login = match (&config.user, &config.password_file) {
            (Some(user), Some(path)) => {
                let text = std::fs::read_to_string(path)
                    .map(Zeroizing::new)
                    .map_err(|e| {
                        wrong("password_file", format!("read `{}`: {e}", path.display()))
                    })?;
                let line = text.lines().next().unwrap_or_default();
                Some(Login {
                    user: user.clone(),
                    password: Zeroizing::new(line.to_owned()),
                })
            }
            (None, None) => None,
            _ => {
                return Err(wrong(
                    "user",
                    "goes together with `password_file`".to_owned(),
                ));
            }
        };
        if login.is_some() && matches!(encryption, Encryption::None) {
            let text = "a password is not sent in plain text: use starttls or tls".to_owned();
            return Err(wrong("user", text));
        }
        Ok(Mailer {
            server: Server {
                host: config.host.clone(),
                port: config.port.unwrap_or(port),
                encryption,
                login,
            },
            from: header_text(&config.from),
            sender: sender.to_owned(),
        })
    }

    pub(super) async fn send(&self, target: &str, delivery: &Delivery) -> Result<(), Failure> {
        let recipients: Vec<String> = serde_json::from_str(target)
            .map_err(|_| Failure::Never("its addresses cannot be read".to_owned()))?;
        // They were checked when they were set; nothing else may reach the mail server.
        if recipients.iter().any(|address| !is_address(address)) {
            return Err(Failure::Never("one of its addresses is none".to_owned()));
        }
        let envelope = Envelope {
            sender: &self.sender,
            mail: self.write(&recipients, delivery),
            recipients: &recipients,
        };
        smtp::send(&self.server, &envelope).await
    }

    /// The mail: headers, an empty line, the text in base64.
    fn write(&self, recipients: &[String], delivery: &Delivery) -> String {
        let payload = &delivery.payload.0;
        let text = |key: &str| payload[key].as_str().unwrap_or_default();
        let body = format!(
            "{}\r\n\r\nEvent: {}\r\nTime: {}\r\nProject: {}\r\n\r\n{}\r\n",
            text("text"),
            delivery.event,
            text("at"),
            text("project_id"),
            serde_json::to_string_pretty(&payload["data"])
                .unwrap_or_default()
                .replace('\n', "\r\n"),
        );
        let date = delivery
            .created_at
            .strftime("%a, %d %b %Y %H:%M:%S +0000")
            .to_string();
        let mut mail = String::new();
        for (name, value) in [
            ("From", self.from.clone()),
            ("To", recipients.join(",\r\n ")),
            ("Subject", header_text(text("subject"))),
            ("Date", date),
            // The same mail sent twice is one mail.
            ("Message-ID", format!("<{}@coffer>", delivery.id)),
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("MIME-Version", "1.0".to_owned()),
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
            ("Content-Transfer-Encoding", "base64".to_owned()),
        ] {
            mail.push_str(&format!("{name}: {value}\r\n"));
        }
        mail.push_str("\r\n");
        let encoded = STANDARD.encode(body);
        for line in encoded.as_bytes().chunks(LINE_MAX) {
            mail.push_str(&String::from_utf8_lossy(line));
            mail.push_str("\r\n");
        }
        mail
    }
}

fn wrong(key: &str, problem: String) -> Error {
    Error::invalid(format!("`notify.smtp.{key}`: {problem}"))
}

/// A header's text: as it is where it is short printable ASCII, else in encoded words (RFC 2047).
fn header_text(text: &str) -> String {
    let plain = text.chars().all(|c| matches!(c, ' '..='~')) && text.len() <= 200;
    if plain && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for c in text.chars() {
        let last = words.last_mut().expect("one at least");
        // An encoded word has at most 75 characters, and no character is cut.
        match last.len() + c.len_utf8() > 42 {
            true => words.push(c.to_string()),
            false => last.push(c),
        }
    }
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// What a connection to the mail server trusts: the system's certificates, or those of a file.
fn tls(config: &SmtpConfig) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    match &config.ca_file {
        Some(path) => {
            let failed =
                |e: &dyn std::fmt::Display| wrong("ca_file", format!("`{}`: {e}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| failed(&e))? {
                let certificate = certificate.map_err(|e| failed(&e))?;
                roots.add(certificate).map_err(|e| failed(&e))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal("set up TLS").caused_by(e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_cannot_carry_more_than_an_address() {
        for (text, good) in [
            ("a@example.org", true),
            ("a.b+c@sub.example.org", true),
            ("root@localhost", true),
            ("a", false),
            ("", false),
            ("@example.org", false),
            ("a@", false),
            ("a..b@example.org", false),
            ("A <a@example.org>", false),
            ("a@example.org, b@example.org", false),
            ("a@example.org\r\nBcc: b@example.org", false),
            ("a b@example.org", false),
            ("\"a\"@example.org", false),
            ("a@-example.org", false),
        ] {
            assert_eq!(check_address("to", text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn headers_take_any_text_and_begin_no_other_one() {
        assert_eq!(header_text("Coffer: web"), "Coffer: web");
        assert_eq!(header_text("ä"), "=?utf-8?B?w6Q=?=");
        let long = header_text(&"ü\r\nBcc: x".repeat(20));
        for line in long.split("\r\n ") {
            assert!(
                line.starts_with("=?utf-8?B?") && line.ends_with("?="),
                "{line}"
            );
            assert!(line.len() <= 75 && !line.contains('\n'), "{line}");
        }
    }
}
