//! The guest agent of a drill: whether it answers, and what a script in the guest says.
//!
//! What comes from the guest is not trusted: an answer that is too long or no JSON is dropped, and
//! nobody waits for one. [`Agent::step`] does what can be done at once and returns.

use std::path::PathBuf;

use base64::Engine as _;
use coffer_core::drill;
use serde_json::{Value, json};
use tokio::net::UnixStream;
use tokio::time::Instant;

/// Longest answer, in bytes.
const ANSWER_MAX: usize = 1 << 20;
/// When a question that nobody answered is asked again.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_secs(10);
/// The byte before a sync, which makes the agent forget half a question.
const SENTINEL: u8 = 0xff;

/// How far the talk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Talk {
    /// It has not answered.
    Silent,
    /// It answers; the script, if there is one, has not ended.
    Answers,
    /// It answers, and the script ended well or there is none.
    Passed,
    /// The script ended otherwise: how.
    Failed(String),
}

/// The questions, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Sync,
    Ping,
    Exec,
    Status(i64),
}

pub(super) struct Agent {
    socket: PathBuf,
    script: Option<String>,
    stream: Option<UnixStream>,
    buffer: Vec<u8>,
    asked: Option<(Asked, Instant)>,
    syncs: u64,
    talk: Talk,
}

impl Agent {
    pub(super) fn new(socket: PathBuf, script: Option<String>) -> Agent {
        Agent {
            socket,
            script,
            stream: None,
            buffer: Vec::new(),
            asked: None,
            syncs: 0,
            talk: Talk::Silent,
        }
    }

    /// Reads what came and asks what is next.
    pub(super) async fn step(&mut self) -> Talk {
        if matches!(self.talk, Talk::Passed | Talk::Failed(_)) {
            return self.talk.clone();
        }
        if self.stream.is_none() {
            // QEMU makes the socket when it starts.
            self.stream = UnixStream::connect(&self.socket).await.ok();
            self.buffer.clear();
            self.asked = None;
        }
        self.read();
        while let Some(line) = self.line() {
            self.answer(&line);
        }
        let is_due =
            |(asked, at): (Asked, Instant)| asked != Asked::Exec && at.elapsed() > ASK_AGAIN;
        match self.asked {
            // Whatever was asked: the agent was restarted, or was never there.
            None => self.ask(Asked::Sync),
            Some(last) if is_due(last) && self.talk == Talk::Silent => self.ask(Asked::Sync),
            Some(last) if is_due(last) => self.ask(last.0),
            // A script is not begun twice.
            Some(_) => {}
        }
        self.talk.clone()
    }

    fn read(&mut self) {
        let Some(stream) = &self.stream else { return };
        let mut part = [0; 16 << 10];
        loop {
            match stream.try_read(&mut part) {
                Ok(0) => break self.stream = None,
                Ok(count) => self.buffer.extend_from_slice(&part[..count]),
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(_) => break self.stream = None,
            }
            if self.buffer.len() > ANSWER_MAX {
                break self.buffer.clear();
            }
        }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
        Some(self.buffer.drain(..=end).collect())
    }

    fn answer(&mut self, line: &[u8]) {
        let start = line.iter().rposition(|byte| *byte == SENTINEL);
        let line = &line[start.map_or(0, |at| at + 1)..];
        let Ok(answer) = serde_json::from_slice::<Value>(line) else {
            return;
        };
        let Some((asked, _)) = self.asked else { return };
        let result = &answer["return"];
        match asked {
            Asked::Sync if result.as_u64() == Some(self.syncs) => self.ask(Asked::Ping),
            // An answer to an earlier sync.
            Asked::Sync => {}
            Asked::Ping if result.is_object() => match self.script {
                None => self.end(Talk::Passed),
                Some(_) => {
                    self.talk = Talk::Answers;
                    self.ask(Asked::Exec);
                }
            },
            Asked::Exec => match (result["pid"].as_i64(), answer["error"]["desc"].as_str()) {
                (Some(pid), _) => self.ask(Asked::Status(pid)),
                (None, why) => {
                    let why = why.unwrap_or("the agent does not say why");
                    self.end(Talk::Failed(format!("it could not be run: {}", short(why))));
                }
            },
            Asked::Status(_) => self.status(result, &answer["error"]),
            Asked::Ping => {}
        }
    }

    fn status(&mut self, result: &Value, error: &Value) {
        // It is told once; who asks again is told that there is no such process.
        if let Some(why) = error["desc"].as_str() {
            let how = format!("how it ended is not known: {}", short(why));
            return self.end(Talk::Failed(how));
        }
        if result["exited"] != json!(true) {
            // Asked again at the next step.
            if let Some((asked, _)) = self.asked
                && result.is_object()
            {
                self.ask(asked);
            }
            return;
        }
        let text = |name: &str| {
            let coded = result[name].as_str().unwrap_or_default();
            let bytes = base64::engine::general_purpose::STANDARD.decode(coded);
            String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
        };
        let said = text("out-data") + "\n" + &text("err-data");
        let said = drill::last_lines(&said, 3).join(" | ");
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(": {}", short(&said)),
        };
        match (result["exitcode"].as_i64(), result["signal"].as_i64()) {
            (Some(0), _) => self.end(Talk::Passed),
            (Some(code), _) => self.end(Talk::Failed(format!("it ended with {code}{said}"))),
            (None, signal) => {
                let signal = signal.unwrap_or_default();
                self.end(Talk::Failed(format!(
                    "it was ended by signal {signal}{said}"
                )));
            }
        }
    }

    fn end(&mut self, talk: Talk) {
        self.talk = talk;
        self.asked = None;
    }

    fn ask(&mut self, asked: Asked) {
        let question = match asked {
            Asked::Sync => {
                self.syncs += 1;
                json!({"execute": "guest-sync-delimited", "arguments": {"id": self.syncs}})
            }
            Asked::Ping => json!({"execute": "guest-ping"}),
            Asked::Exec => {
                let script = self.script.as_deref().unwrap_or_default();
                let arguments =
                    json!({"path": "/bin/sh", "arg": ["-c", script], "capture-output": true});
                json!({"execute": "guest-exec", "arguments": arguments})
            }
            Asked::Status(pid) => {
                json!({"execute": "guest-exec-status", "arguments": {"pid": pid}})
            }
        };
        let mut bytes = Vec::new();
        if asked == Asked::Sync {
            bytes.push(SENTINEL);
        }
        bytes.extend_from_slice(question.to_string().as_bytes());
        bytes.push(b'\n');
        if let Some(stream) = &self.stream {
            // What does not fit is asked again: a socket takes far more than a question.
            let sent = stream.try_write(&bytes);
            if sent.is_ok_and(|count| count == bytes.len()) {
                self.asked = Some((asked, Instant::now()));
            }
        }
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::UnixListener;

    use super::*;

    /// Plays a guest's agent that answers each question by `answer`, and talks to it.
    async fn talk(
        script: Option<&str>,
        answer: impl Fn(&Value) -> String + Send + 'static,
    ) -> Talk {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("agent");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let guest = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a connection");
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream
                .read_until(b'\n', &mut line)
                .await
                .is_ok_and(|n| n > 0)
            {
                let start = line
                    .iter()
                    .rposition(|b| *b == SENTINEL)
                    .map_or(0, |at| at + 1);
                let question = serde_json::from_slice(&line[start..]).expect("JSON");
                line.clear();
                let answered = stream
                    .get_mut()
                    .write_all(answer(&question).as_bytes())
                    .await;
                if answered.is_err() {
                    break;
                }
            }
        });
        let mut agent = Agent::new(socket, script.map(str::to_owned));
        let mut talk = Talk::Silent;
        for _ in 0..500 {
            talk = agent.step().await;
            if matches!(talk, Talk::Passed | Talk::Failed(_)) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        guest.abort();
        talk
    }

    fn good(question: &Value) -> String {
        let result = match question["execute"].as_str() {
            Some("guest-sync-delimited") => question["arguments"]["id"].clone(),
            Some("guest-exec") => json!({"pid": 7}),
            Some("guest-exec-status") => json!({"exited": true, "exitcode": 3, "err-data": "bm8K"}),
            _ => json!({}),
        };
        format!("{}\n", json!({ "return": result }))
    }

    #[tokio::test]
    async fn an_agent_that_answers_passes() {
        assert_eq!(talk(None, good).await, Talk::Passed);
    }

    #[tokio::test]
    async fn a_script_that_ends_otherwise_says_how() {
        let ended = talk(Some("false"), good).await;
        assert_eq!(ended, Talk::Failed("it ended with 3: no".to_owned()));
    }

    #[tokio::test]
    async fn nonsense_is_no_answer() {
        let nonsense = |_: &Value| "\u{1}}{\n[1]\n".to_owned();
        assert_eq!(talk(None, nonsense).await, Talk::Silent);
        let wrong = |_: &Value| "{\"return\": 77}\n".to_owned();
        assert_eq!(talk(None, wrong).await, Talk::Silent);
    }
}
