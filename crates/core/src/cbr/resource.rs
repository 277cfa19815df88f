//! Types of resources and of the vaults that take them (CBR API: 0.3).

use super::{Code, Refusal};

/// What a vault takes (API: `object_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectType {
    /// Servers.
    Server,
    /// Disks.
    Disk,
    /// File systems; this installation has none, but the vault type exists.
    Turbo,
}

/// Type of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceType {
    /// `OS::Nova::Server`.
    Server,
    /// `OS::Cinder::Volume`.
    Disk,
    /// `OS::Sfs::Turbo`.
    Turbo,
}

impl ObjectType {
    /// Name in the API.
    pub fn name(self) -> &'static str {
        match self {
            ObjectType::Server => "server",
            ObjectType::Disk => "disk",
            ObjectType::Turbo => "turbo",
        }
    }

    /// Reads the API's name.
    pub fn parse(text: &str) -> Option<ObjectType> {
        [ObjectType::Server, ObjectType::Disk, ObjectType::Turbo]
            .into_iter()
            .find(|t| t.name() == text)
    }

    /// The type of the resources a vault of this type takes.
    pub fn takes(self) -> ResourceType {
        match self {
            ObjectType::Server => ResourceType::Server,
            ObjectType::Disk => ResourceType::Disk,
            ObjectType::Turbo => ResourceType::Turbo,
        }
    }

    /// `spec_code` of a vault of this type.
    pub fn spec_code(self, replication: bool) -> &'static str {
        match (self, replication) {
            (ObjectType::Server, false) => "vault.backup.server.normal",
            (ObjectType::Disk, false) => "vault.backup.volume.normal",
            (ObjectType::Turbo, false) => "vault.backup.turbo.normal",
            (ObjectType::Server, true) => "vault.replication.server.normal",
            (ObjectType::Disk, true) => "vault.replication.volume.normal",
            (ObjectType::Turbo, true) => "vault.replication.turbo.normal",
        }
    }

    /// Refuses a resource whose type does not fit.
    pub fn check_takes(self, resource: ResourceType) -> Result<(), Refusal> {
        if self.takes() == resource {
            return Ok(());
        }
        Err(Refusal::new(
            Code::TYPE_MISMATCH,
            format!("a {} vault takes no {}", self.name(), resource.name()),
        ))
    }
}

impl ResourceType {
    /// Name in the API.
    pub fn name(self) -> &'static str {
        match self {
            ResourceType::Server => "OS::Nova::Server",
            ResourceType::Disk => "OS::Cinder::Volume",
            ResourceType::Turbo => "OS::Sfs::Turbo",
        }
    }

    /// Reads the API's name.
    pub fn parse(text: &str) -> Option<ResourceType> {
        [
            ResourceType::Server,
            ResourceType::Disk,
            ResourceType::Turbo,
        ]
        .into_iter()
        .find(|t| t.name() == text)
    }

    /// `provider_id` of the resource type.
    pub fn provider_id(self) -> &'static str {
        match self {
            ResourceType::Server => "0daac4c5-6707-4851-97ba-169e36266b66",
            ResourceType::Disk => "d1603440-187d-4516-af25-121250c7cc97",
            ResourceType::Turbo => "3f3c3220-245c-4805-b811-758870015881",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for t in [ObjectType::Server, ObjectType::Disk, ObjectType::Turbo] {
            assert_eq!(ObjectType::parse(t.name()), Some(t));
            assert_eq!(ResourceType::parse(t.takes().name()), Some(t.takes()));
        }
        assert_eq!(ResourceType::parse("OS::Nova::server"), None);
    }

    #[test]
    fn a_server_does_not_fit_a_disk_vault() {
        let refusal = ObjectType::Disk
            .check_takes(ResourceType::Server)
            .unwrap_err();
        assert_eq!(refusal.code, Code::TYPE_MISMATCH);
    }
}
