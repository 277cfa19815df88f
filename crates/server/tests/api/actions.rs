//! Start, stop and reboot: what reaches the driver, and what the lists say then.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::{
    DiskInfo, EpochName, Hypervisor, PowerAction, PowerState, ServerInfo, SnapshotRequest,
    SnapshotSession, TargetDiskRequest, TargetSession,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::world_with;

/// A host that knows one server, switches it at once and remembers what it was asked.
struct Switch {
    state: Mutex<PowerState>,
    asked: Mutex<Vec<PowerAction>>,
}

#[async_trait]
impl Hypervisor for Switch {
    fn name(&self) -> &str {
        "host"
    }
    async fn servers(&self) -> Result<Vec<ServerInfo>> {
        Ok(Vec::new())
    }
    async fn server(&self, native_id: &str) -> Result<ServerInfo> {
        Ok(ServerInfo {
            native_id: native_id.to_owned(),
            name: "s".to_owned(),
            state: *self.state.lock().expect("no panic holds it"),
            vcpus: 1,
            memory_mib: 1,
            architecture: "x86_64".to_owned(),
            disks: Vec::new(),
            nics: Vec::new(),
            restart_allowed: true,
            tags: vec![],
        })
    }
    async fn detached_disks(&self) -> Result<Vec<DiskInfo>> {
        Ok(Vec::new())
    }
    async fn power(&self, _: &str, action: PowerAction) -> Result<()> {
        self.asked.lock().expect("no panic holds it").push(action);
        if action == PowerAction::Reset {
            return Err(Error::conflict("a restore has this server"));
        }
        let mut state = self.state.lock().expect("no panic holds it");
        *state = match action {
            PowerAction::Start | PowerAction::Reboot | PowerAction::Reset => PowerState::Running,
            PowerAction::Stop { .. } | PowerAction::ForceOff => PowerState::Stopped,
        };
        Ok(())
    }
    async fn open_snapshot(&self, _: SnapshotRequest) -> Result<Box<dyn SnapshotSession>> {
        Err(Error::internal("this host only switches"))
    }
    async fn open_targets(
        &self,
        _: Option<&str>,
        _: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>> {
        Err(Error::internal("this host only switches"))
    }
    async fn drop_epoch(&self, _: &str, _: &EpochName) -> Result<()> {
        Ok(())
    }
    async fn reconcile(&self, _: &[EpochName]) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn actions_reach_the_driver_and_the_lists_follow() {
    let host = Arc::new(Switch {
        state: Mutex::new(PowerState::Running),
        asked: Mutex::default(),
    });
    let world = world_with("", vec![host.clone()]).await;
    let admin = world.admin().await;
    // The catalog is behind: the host says that it runs.
    let [server, ..] = world.add_server(&admin.project, "s", "stopped").await;
    let path = format!("/v2.1/{}/servers/{server}", admin.project);
    let act = async |body| {
        world
            .call(&admin, Method::POST, &format!("{path}/action"), body)
            .await
            .status
    };
    let status = async || world.get(&admin, &path).await.body["server"]["status"].clone();

    assert_eq!(act(json!({"os-start": null})).await, StatusCode::CONFLICT);
    assert_eq!(status().await, "ACTIVE");
    assert_eq!(
        act(json!({"reboot": {"type": "SOFT"}})).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(
        act(json!({"reboot": {"type": "HARD"}})).await,
        StatusCode::CONFLICT
    );
    assert_eq!(act(json!({"os-stop": {}})).await, StatusCode::ACCEPTED);
    assert_eq!(status().await, "SHUTOFF");
    assert_eq!(
        act(json!({"os-stop": {"type": "HARD"}})).await,
        StatusCode::CONFLICT
    );
    assert_eq!(act(json!({"os-start": {}})).await, StatusCode::ACCEPTED);
    assert_eq!(status().await, "ACTIVE");

    let asked = host.asked.lock().unwrap().clone();
    assert!(
        matches!(
            asked[..],
            [
                PowerAction::Reboot,
                PowerAction::Reset,
                PowerAction::Stop { .. },
                PowerAction::Start
            ]
        ),
        "{asked:?}"
    );
}
