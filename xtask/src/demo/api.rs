//! The service's API, as a program of the user's would call it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::json::Json;
use crate::shell::Result;

/// A log-in to one project.
pub struct Api {
    address: String,
    token: String,
    /// Id of the project.
    pub project: String,
}

struct Answer {
    status: u16,
    head: String,
    body: Json,
}

impl Api {
    /// Logs in by the Keystone API; `address` is host and port.
    pub fn log_in(address: &str, user: &str, password: &str, project: &str) -> Result<Api> {
        let body = format!(
            r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user":
               {{"name": "{user}", "password": "{password}", "domain": {{"name": "Default"}}}}}}}},
               "scope": {{"project": {{"name": "{project}", "domain": {{"name": "Default"}}}}}}}}}}"#
        );
        let answer = send(address, "POST", "/v3/auth/tokens", "", Some(&body))?;
        let token = answer.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("x-subject-token")
                .then(|| value.trim().to_owned())
        });
        let token = token.ok_or_else(|| format!("log in: {}: {}", answer.status, answer.body))?;
        let project = answer.body.need("token.project.id")?;
        Ok(Api {
            address: address.to_owned(),
            token,
            project,
        })
    }

    /// `GET`; `{project}` in the path stands for the project's id.
    pub fn get(&self, path: &str) -> Result<Json> {
        self.call("GET", path, None)
    }

    /// `POST`, alike.
    pub fn post(&self, path: &str, body: &str) -> Result<Json> {
        self.call("POST", path, Some(body))
    }

    fn call(&self, method: &str, path: &str, body: Option<&str>) -> Result<Json> {
        let path = path.replace("{project}", &self.project);
        let answer = send(&self.address, method, &path, &self.token, body)?;
        match answer.status {
            200..=299 => Ok(answer.body),
            status => Err(format!("{method} {path}: {status}: {}", answer.body)),
        }
    }
}

/// True once the service answers.
pub fn is_ready(address: &str) -> bool {
    send(address, "GET", "/ready", "", None).is_ok_and(|answer| answer.status == 200)
}

fn send(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&str>,
) -> Result<Answer> {
    exchange(address, method, path, token, body).map_err(|e| format!("{method} {path}: {e}"))
}

fn exchange(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&str>,
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let body = body.unwrap_or_default();
    // HTTP/1.0: the answer ends with the connection and comes in no chunks.
    let mut request =
        format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n");
    if !token.is_empty() {
        request += &format!("X-Auth-Token: {token}\r\n");
    }
    request += &format!(
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    let body = Json::parse(body).unwrap_or_else(|_| Json::Text(body.to_owned()));
    Ok(Answer {
        status,
        head: head.to_owned(),
        body,
    })
}
