//! Domains, projects, users, roles, tokens and access keys in the catalog.
