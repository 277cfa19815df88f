//! As much of SMTP (RFC 5321) as handing one mail to a mail server takes: EHLO, STARTTLS, AUTH PLAIN or
//! LOGIN, the envelope, the mail. One connection a mail; the caller limits the time.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::Failure;

/// Longest answer that is read, in bytes.
const ANSWER_MAX: u64 = 16 * 1024;

/// A mail server.
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub login: Option<Login>,
}

/// How a connection is encrypted.
pub(super) enum Encryption {
    /// After STARTTLS; nothing is sent where the server does not offer it.
    Starttls(Arc<ClientConfig>, ServerName<'static>),
    /// From the start.
    Tls(Arc<ClientConfig>, ServerName<'static>),
    None,
}

/// Who logs in.
pub(super) struct Login {
    pub user: String,
    pub password: Zeroizing<String>,
}

/// A mail with its envelope. The addresses are checked: they hold nothing but an address.
pub(super) struct Envelope<'a> {
    pub sender: &'a str,
    pub recipients: &'a [String],
    /// Lines that end with CR LF.
    pub mail: String,
}

struct Connection<S> {
    stream: BufReader<S>,
}

/// What a server answered.
struct Answer {
    code: u16,
    lines: Vec<String>,
}

fn broken(step: &str) -> impl FnOnce(std::io::Error) -> Failure {
    move |e| Failure::Later(format!("{step}: {e}"))
}

/// Hands a mail over. It is taken by the server when this succeeds.
pub(super) async fn send(server: &Server, envelope: &Envelope<'_>) -> Result<(), Failure> {
    let address = (server.host.as_str(), server.port);
    let stream = TcpStream::connect(address)
        .await
        .map_err(broken("connect to the mail server"))?;
    match &server.encryption {
        Encryption::None => {
            let mut connection = Connection::new(stream);
            connection.expect(220).await?;
            connection.hand_over(server, envelope).await
        }
        Encryption::Tls(config, name) => {
            let tls = TlsConnector::from(config.clone()).connect(name.clone(), stream);
            let tls = tls.await.map_err(broken("encrypt the connection"))?;
            let mut connection = Connection::new(tls);
            connection.expect(220).await?;
            connection.hand_over(server, envelope).await
        }
        Encryption::Starttls(config, name) => {
            let mut connection = Connection::new(stream);
            connection.expect(220).await?;
            let offers = connection.hello().await?;
            if !offers
                .iter()
                .any(|line| line.eq_ignore_ascii_case("STARTTLS"))
            {
                let text = "the mail server does not offer STARTTLS: nothing was sent";
                return Err(Failure::Later(text.to_owned()));
            }
            connection.command("STARTTLS", 220).await?;
            // What came before the encryption is no answer to what comes after it.
            if !connection.stream.buffer().is_empty() {
                let text = "the mail server sent more than it was asked for";
                return Err(Failure::Later(text.to_owned()));
            }
            let plain = connection.stream.into_inner();
            let tls = TlsConnector::from(config.clone()).connect(name.clone(), plain);
            let tls = tls.await.map_err(broken("encrypt the connection"))?;
            Connection::new(tls).hand_over(server, envelope).await
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    fn new(stream: S) -> Connection<S> {
        Connection {
            stream: BufReader::new(stream),
        }
    }

    async fn hand_over(&mut self, server: &Server, envelope: &Envelope<'_>) -> Result<(), Failure> {
        let offers = self.hello().await?;
        if let Some(login) = &server.login {
            self.log_in(login, &offers).await?;
        }
        self.command(&format!("MAIL FROM:<{}>", envelope.sender), 250)
            .await?;
        for recipient in envelope.recipients {
            self.command(&format!("RCPT TO:<{recipient}>"), 250).await?;
        }
        self.command("DATA", 354).await?;
        let mut mail = String::with_capacity(envelope.mail.len() + 16);
        for line in envelope.mail.split_inclusive("\r\n") {
            // A line with a dot alone would end the mail.
            if line.starts_with('.') {
                mail.push('.');
            }
            mail.push_str(line);
        }
        mail.push_str(".\r\n");
        self.write(mail.as_bytes()).await?;
        self.expect(250).await?;
        // It has the mail; how it says good-bye changes nothing.
        let _ = self.write(b"QUIT\r\n").await;
        Ok(())
    }

    /// Says who is there; returns what the server offers.
    async fn hello(&mut self) -> Result<Vec<String>, Failure> {
        let answer = self.command("EHLO coffer.invalid", 250).await?;
        Ok(answer.lines.into_iter().skip(1).collect())
    }

    async fn log_in(&mut self, login: &Login, offers: &[String]) -> Result<(), Failure> {
        let offered = |way: &str| {
            offers.iter().any(|line| {
                let mut words = line.split([' ', '=']);
                let auth = words.next().is_some_and(|w| w.eq_ignore_ascii_case("AUTH"));
                auth && words.any(|w| w.eq_ignore_ascii_case(way))
            })
        };
        if offered("PLAIN") {
            let both = Zeroizing::new(format!("\0{}\0{}", login.user, *login.password));
            let text = Zeroizing::new(STANDARD.encode(both.as_bytes()));
            let line = Zeroizing::new(format!("AUTH PLAIN {}", *text));
            self.secret(&line, 235).await
        } else if offered("LOGIN") {
            self.command("AUTH LOGIN", 334).await?;
            self.secret(&STANDARD.encode(&login.user), 334).await?;
            let password = Zeroizing::new(STANDARD.encode(login.password.as_bytes()));
            self.secret(&password, 235).await
        } else {
            let text = "the mail server offers neither AUTH PLAIN nor LOGIN";
            Err(Failure::Later(text.to_owned()))
        }
    }

    async fn secret(&mut self, line: &str, wanted: u16) -> Result<(), Failure> {
        let line = Zeroizing::new(format!("{line}\r\n"));
        self.write(line.as_bytes()).await?;
        // A wrong password is mended by the operator: later, not never.
        match self.answer().await? {
            answer if answer.code == wanted => Ok(()),
            answer => Err(Failure::Later(format!(
                "the log-in was refused: {}",
                answer.text()
            ))),
        }
    }

    async fn command(&mut self, line: &str, wanted: u16) -> Result<Answer, Failure> {
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.expect(wanted).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let step = "write to the mail server";
        self.stream.write_all(bytes).await.map_err(broken(step))?;
        self.stream.flush().await.map_err(broken(step))
    }

    async fn expect(&mut self, wanted: u16) -> Result<Answer, Failure> {
        let answer = self.answer().await?;
        // 251: it goes on to another server.
        if answer.code == wanted || wanted == 250 && answer.code == 251 {
            return Ok(answer);
        }
        let text = format!("the mail server answered {}", answer.text());
        match answer.code {
            500..=599 => Err(Failure::Never(text)),
            _ => Err(Failure::Later(text)),
        }
    }

    async fn answer(&mut self) -> Result<Answer, Failure> {
        let mut answer = Answer {
            code: 0,
            lines: Vec::new(),
        };
        let mut limited = (&mut self.stream).take(ANSWER_MAX);
        loop {
            let mut line = String::new();
            let read = limited.read_line(&mut line).await;
            if read.map_err(broken("read from the mail server"))? == 0 {
                return Err(Failure::Later(
                    "the mail server ended the connection".to_owned(),
                ));
            }
            let line = line.trim_end();
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let Some(code) = code else {
                return Err(Failure::Later("the mail server speaks no SMTP".to_owned()));
            };
            answer.code = code;
            answer
                .lines
                .push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(answer);
            }
        }
    }
}

impl Answer {
    /// For people; no control characters, not too much of it.
    fn text(&self) -> String {
        let text = format!("{} {}", self.code, self.lines.join(" "));
        text.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}
