//! Servers that break the protocol: each gets a typed error, none a panic or much memory.

use super::super::NbdSource;
use super::*;
use tokio::io::DuplexStream;

const SIZE: u64 = 8 << 20;
const CONTEXT: &str = "base:allocation";

/// Answers the handshake of a client that asks for one context, as a good server does.
async fn greet(stream: &mut DuplexStream) -> std::io::Result<()> {
    stream.write_u64(wire::GREETING).await?;
    stream.write_u64(wire::OPTION_MAGIC).await?;
    stream.write_u16(3).await?;
    stream.read_u32().await?;
    loop {
        stream.read_u64().await?;
        let option = stream.read_u32().await?;
        let mut data = vec![0; stream.read_u32().await? as usize];
        stream.read_exact(&mut data).await?;
        match option {
            wire::option::SET_META_CONTEXT => {
                let payload = [&7_u32.to_be_bytes()[..], CONTEXT.as_bytes()].concat();
                answer_option(stream, option, wire::option_reply::META_CONTEXT, &payload).await?;
            }
            wire::option::GO => {
                let payload = [&[0, 0][..], &SIZE.to_be_bytes(), &[0, 0x45]].concat();
                answer_option(stream, option, wire::option_reply::INFO, &payload).await?;
            }
            _ => {}
        }
        answer_option(stream, option, wire::option_reply::ACK, &[]).await?;
        if option == wire::option::GO {
            return Ok(());
        }
    }
}

async fn answer_option(
    stream: &mut DuplexStream,
    option: u32,
    kind: u32,
    payload: &[u8],
) -> std::io::Result<()> {
    stream.write_u64(wire::OPTION_REPLY_MAGIC).await?;
    stream.write_u32(option).await?;
    stream.write_u32(kind).await?;
    stream.write_u32(payload.len() as u32).await?;
    stream.write_all(payload).await
}

/// Header of a chunk of a structured reply.
fn chunk_header(flags: u16, kind: u16, cookie: u64, length: u32) -> Vec<u8> {
    let mut bytes = STRUCTURED_REPLY_MAGIC.to_be_bytes().to_vec();
    bytes.extend(flags.to_be_bytes());
    bytes.extend(kind.to_be_bytes());
    bytes.extend(cookie.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes
}

/// The error of a client whose server answers the first request with these bytes and goes.
async fn answered(
    ask: impl AsyncFnOnce(NbdClient) -> Result<(), NbdError>,
    answer: impl FnOnce(u64) -> Vec<u8> + Send + 'static,
) -> Result<(), NbdError> {
    let (ours, mut theirs) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move {
        greet(&mut theirs).await.unwrap();
        let mut request = [0; 28];
        theirs.read_exact(&mut request).await.unwrap();
        let cookie = u64::from_be_bytes(request[8..16].try_into().unwrap());
        theirs.write_all(&answer(cookie)).await.unwrap();
        theirs.shutdown().await.unwrap();
        // Held open until the client goes: what it says must not depend on a broken pipe.
        let _ = theirs.read_to_end(&mut Vec::new()).await;
    });
    let client = NbdClient::start(ours, "disk", &[CONTEXT.to_owned()])
        .await
        .unwrap();
    assert_eq!(client.info().size, SIZE);
    assert_eq!(client.info().contexts, [(7, CONTEXT.to_owned())]);
    ask(client).await
}

async fn read_answered(answer: impl FnOnce(u64) -> Vec<u8> + Send + 'static) -> String {
    let read = async |client: NbdClient| {
        client
            .read(Extent {
                start: 4096,
                end: 8192,
            })
            .await
            .map(drop)
    };
    answered(read, answer).await.unwrap_err().to_string()
}

async fn status_answered(answer: impl FnOnce(u64) -> Vec<u8> + Send + 'static) -> String {
    let ask = async |client: NbdClient| {
        client
            .block_status(Extent {
                start: 0,
                end: 4096,
            })
            .await
            .map(drop)
    };
    answered(ask, answer).await.unwrap_err().to_string()
}

fn data(cookie: u64, flags: u16, offset: u64, bytes: &[u8]) -> Vec<u8> {
    let mut chunk = chunk_header(flags, chunk::OFFSET_DATA, cookie, bytes.len() as u32 + 8);
    chunk.extend(offset.to_be_bytes());
    chunk.extend(bytes);
    chunk
}

#[tokio::test]
async fn chunks_in_any_order_make_one_answer() {
    let read = async |client: NbdClient| {
        let bytes = client
            .read(Extent {
                start: 4096,
                end: 8192,
            })
            .await?;
        assert_eq!(&bytes[..1024], [0; 1024]);
        assert_eq!(&bytes[1024..], [5; 3072]);
        Ok(())
    };
    let answer = |cookie| {
        let mut bytes = data(cookie, 0, 5120, &[5; 3072]);
        bytes.extend(chunk_header(1, chunk::OFFSET_HOLE, cookie, 12));
        bytes.extend(4096_u64.to_be_bytes());
        bytes.extend(1024_u32.to_be_bytes());
        bytes
    };
    answered(read, answer).await.unwrap();
}

#[tokio::test]
async fn bad_replies_to_reads() {
    let bad = read_answered(|_| vec![0xaa; 64]).await;
    assert!(bad.contains("bad magic 0xaaaaaaaa"), "{bad}");
    let bad = read_answered(|cookie| data(cookie + 9, 1, 4096, &[1; 4096])).await;
    assert!(bad.contains("unknown request"), "{bad}");
    let bad = read_answered(|cookie| data(cookie, 1, 4000, &[1; 4096])).await;
    assert!(bad.contains("closed"), "{bad}");
    let bad = read_answered(|cookie| data(cookie, 1, 4096, &[1; 100])).await;
    assert!(bad.contains("before all data came"), "{bad}");
    let twice = |cookie| {
        [
            data(cookie, 0, 4096, &[1; 4096]),
            data(cookie, 1, 4096, &[1; 4096]),
        ]
        .concat()
    };
    let bad = read_answered(twice).await;
    assert!(bad.contains("closed"), "{bad}");
    let bad = read_answered(|cookie| chunk_header(1, chunk::OFFSET_DATA, cookie, u32::MAX)).await;
    assert!(bad.contains("closed"), "{bad}");
    let bad = read_answered(|cookie| chunk_header(1, chunk::ERROR | 1, cookie, u32::MAX)).await;
    assert!(bad.contains("closed"), "{bad}");
    let bad = read_answered(|cookie| chunk_header(1, chunk::NONE, cookie, 0)).await;
    assert!(bad.contains("before all data came"), "{bad}");
    let bad = read_answered(|_| Vec::new()).await;
    assert!(bad.contains("closed"), "{bad}");
    let refused = |cookie| {
        let mut bytes = chunk_header(1, chunk::ERROR | 1, cookie, 12);
        bytes.extend(5_u32.to_be_bytes());
        bytes.extend(6_u16.to_be_bytes());
        bytes.extend(b"broken");
        bytes
    };
    let bad = read_answered(refused).await;
    assert!(bad.contains("error 5 broken"), "{bad}");
}

#[tokio::test]
async fn bad_replies_to_block_status() {
    let list = |id: u32, extents: &[(u32, u32)]| {
        let mut bytes = id.to_be_bytes().to_vec();
        for (len, flags) in extents {
            bytes.extend(len.to_be_bytes());
            bytes.extend(flags.to_be_bytes());
        }
        bytes
    };
    let status = |cookie, payload: Vec<u8>| {
        let mut bytes = chunk_header(1, chunk::BLOCK_STATUS, cookie, payload.len() as u32);
        bytes.extend(payload);
        bytes
    };
    for payload in [
        list(8, &[(4096, 0)]),            // unknown context
        list(7, &[(0, 0)]),               // nothing
        list(7, &[(4096, 0), (4096, 0)]), // beyond the range
        list(7, &[]),
        vec![0; 13],
    ] {
        let bad = status_answered(move |cookie| status(cookie, payload)).await;
        assert!(bad.contains("closed") || bad.contains("protocol"), "{bad}");
    }
    let bad =
        status_answered(|cookie| chunk_header(1, chunk::BLOCK_STATUS, cookie, u32::MAX)).await;
    assert!(bad.contains("closed"), "{bad}");
}

/// Errors of the handshake with a server that sends these bytes first.
async fn greeted(bytes: Vec<u8>) -> NbdError {
    let (ours, mut theirs) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move {
        theirs.write_all(&bytes).await.unwrap();
        theirs.shutdown().await.unwrap();
        let _ = theirs.read_to_end(&mut Vec::new()).await;
    });
    NbdClient::start(ours, "disk", &[]).await.unwrap_err()
}

#[tokio::test]
async fn bad_greetings() {
    assert!(matches!(greeted(Vec::new()).await, NbdError::Io(_)));
    assert!(matches!(
        greeted(b"HTTP/1.1 400 Bad".to_vec()).await,
        NbdError::Protocol(_)
    ));
    let old = [
        b"NBDMAGIC".as_slice(),
        &0x0000_4202_8186_1253_u64.to_be_bytes(),
        &[0; 128],
    ]
    .concat();
    assert!(matches!(greeted(old).await, NbdError::Unsupported(_)));
    let mut large = [b"NBDMAGICIHAVEOPT".as_slice(), &[0, 3]].concat();
    large.extend(wire::OPTION_REPLY_MAGIC.to_be_bytes());
    large.extend(wire::option::STRUCTURED_REPLY.to_be_bytes());
    large.extend(wire::option_reply::ACK.to_be_bytes());
    large.extend(u32::MAX.to_be_bytes());
    let error = greeted(large).await;
    assert!(error.to_string().contains("4294967295 bytes"), "{error}");
}

#[tokio::test]
async fn a_dead_connection_fails_all_in_flight() {
    let (ours, mut theirs) = tokio::io::duplex(1 << 20);
    let server = tokio::spawn(async move {
        greet(&mut theirs).await.unwrap();
        let mut requests = [0; 28 * 5];
        theirs.read_exact(&mut requests).await.unwrap();
    });
    let client = NbdClient::start(ours, "disk", &[]).await.unwrap();
    let reads = (0..5).map(|i| client.read(Extent::from_len(i * 4096, 4096)));
    let answers = futures::future::join_all(reads).await;
    assert!(
        answers
            .iter()
            .all(|a| a.as_ref().is_err_and(NbdError::is_disconnect))
    );
    server.await.unwrap();
    assert!(client.is_dead());
    assert!(client.read(Extent::from_len(0, 1)).await.is_err());
}

/// `qemu-nbd` of a raw or qcow2 file, for tests of what real servers do.
struct RealServer {
    child: std::process::Child,
    folder: tempfile::TempDir,
}

impl RealServer {
    fn start(format: &str, arguments: &[&str], make: impl FnOnce(&std::path::Path)) -> RealServer {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        make(&image);
        let child = std::process::Command::new("qemu-nbd")
            .args(["-t", "-e", "4", "-f", format, "-k"])
            .arg(folder.path().join("s"))
            .args(arguments)
            .arg(&image)
            .spawn()
            .expect("qemu-nbd is installed: run `cargo xtask test`");
        let server = RealServer { child, folder };
        crate::testkit::wait_until("qemu-nbd to listen", 20, || {
            std::os::unix::net::UnixStream::connect(server.folder.path().join("s")).is_ok()
        });
        server
    }

    fn address(&self) -> NbdAddress {
        NbdAddress::Unix(self.folder.path().join("s"))
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn qemu_img(arguments: &[&str]) {
    let done = std::process::Command::new("qemu-img")
        .args(arguments)
        .status();
    assert!(
        done.expect("qemu-img is installed: run `cargo xtask test`")
            .success()
    );
}

#[tokio::test]
async fn a_real_server_is_written_and_read() {
    use super::super::NbdTarget;
    use crate::block::{BlockSource, BlockTarget, Content};
    let size = (32_u64 << 20) + 512;
    let server = RealServer::start("qcow2", &["--discard=unmap"], |image| {
        let image = image.to_str().unwrap();
        qemu_img(&["create", "-q", "-f", "qcow2", image, &size.to_string()]);
        qemu_img(&["bitmap", "--add", image, "e1"]);
    });
    let target = NbdTarget::connect(&server.address(), "").await.unwrap();
    assert_eq!(BlockTarget::size(&target), size);
    let part = |i: u64| Bytes::from(vec![i as u8 + 1; 65_536]);
    let writes = (0..16).map(|i| target.write(i * 131_072, part(i)));
    for done in futures::future::join_all(writes).await {
        done.unwrap();
    }
    target
        .write_zeroes(Extent {
            start: 131_072,
            end: 196_608,
        })
        .await
        .unwrap();
    target.write(size - 512, vec![9; 512].into()).await.unwrap();
    target.flush().await.unwrap();
    assert!(target.write(size, vec![9; 512].into()).await.is_err());

    let source = NbdSource::connect(&server.address(), "", None)
        .await
        .unwrap();
    assert_eq!(
        &source.read(Extent::from_len(0, 65_536)).await.unwrap()[..],
        &[1; 65_536]
    );
    assert_eq!(
        &source
            .read(Extent::from_len(131_072, 65_536))
            .await
            .unwrap()[..],
        &[0; 65_536]
    );
    assert_eq!(
        &source
            .read(Extent::from_len(size - 512, 512))
            .await
            .unwrap()[..],
        &[9; 512]
    );
    let extents = source
        .extents(Extent {
            start: 0,
            end: 524_288,
        })
        .await
        .unwrap();
    let data: u64 = extents
        .iter()
        .filter(|e| e.content == Content::Data)
        .map(|e| e.extent.len())
        .sum();
    assert_eq!(data, 3 * 65_536, "{extents:?}");
    // A bitmap that the server does not offer must never pass for "nothing changed".
    let missing = NbdSource::connect(&server.address(), "", Some("e1"))
        .await
        .unwrap_err();
    assert!(matches!(missing, NbdError::MissingContext(_)), "{missing}");
    let missing = NbdClient::connect(&server.address(), "other", &[])
        .await
        .unwrap_err();
    assert!(matches!(missing, NbdError::Refused { .. }), "{missing}");
}
