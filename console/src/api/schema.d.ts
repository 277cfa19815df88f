// Generated from the OpenAPI document by `npm run types`. Do not edit.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of the identity API, in the form that clients read at the authentication address. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The versions. */
                300: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cbr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of the CBR API. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The versions. */
                300: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/access-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's access keys. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AccessKeys"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes an access key for the caller. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateKey"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NewKeyAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/access-keys/{access}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes one of the caller's access keys. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    access: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The actions that policies can name. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ActionsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done, newest first: in the caller's domain for those who have the action there, else
         *     in the project that the request is for.
         */
        get: {
            parameters: {
                query?: {
                    /** @description At this time or later: RFC 3339. */
                    from?: string;
                    /** @description Before this time. */
                    to?: string;
                    /** @description Id or name of who did it. */
                    user?: string;
                    /** @description An action, or the beginning of one with `*` at the end. */
                    action?: string;
                    /** @description CBR's name of the action. */
                    trace_name?: string;
                    resource_type?: string;
                    /** @description Id or name of what it was done to. */
                    resource?: string;
                    kind?: components["schemas"]["AuditKind"];
                    result?: components["schemas"]["AuditResult"];
                    project_id?: string;
                    request_id?: string;
                    /** @description 1 to 1000; 100 if absent. */
                    limit?: number;
                    /** @description `next_marker` of the page before. */
                    marker?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/domain/groups/{group_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role, by id or name; nothing happens where it is given already. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/domain/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has which role on the domain. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AssignmentsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/domain/users/{user_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role, by id or name; nothing happens where it is given already. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All domains. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DomainsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a domain with a project of the region's name and an administrator. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateDomain"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DomainAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/domains/{domain_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a domain without projects, users and groups. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a domain, by id or name. Nobody logs in to one that is disabled. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeDomain"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DomainAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups of the domain. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a group. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateGroup"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/groups/{group_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group, by id or name. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a group; its members lose the roles that they had by it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a group's name or description. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeGroup"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GroupAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/groups/{group_id}/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Puts a user into a group; nothing happens where it is in it already. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a user out of a group. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/hosts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The hosts of the configuration: what may be asked of them, and what is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HostsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/hosts/{host_name}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the limits of a host in place of the configuration's. They hold at once, also for what runs. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    host_name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LimitsRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Lets the configuration's limits of a host hold again. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    host_name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says what this service is, before a log-in. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServiceInfo"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a project. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateProject"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdminProjectAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes a project that holds nothing. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a project. Nobody can log in to one that is disabled. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeProject"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdminProjectAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/projects/{project_id}/groups/{group_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role, by id or name; nothing happens where it is given already. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/projects/{project_id}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a project may have, and has, for administrators. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QuotasAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Says what a project may have. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["QuotasRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/projects/{project_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has which role on a project; those of the domain hold there too. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AssignmentsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role, by id or name; nothing happens where it is given already. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                    role: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles of the domain: the predefined ones and its own. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RolesAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a role of the domain's own. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateRole"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RoleAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A role, by id or name. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RoleAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a role of the domain's own that nobody has. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a role of the domain's own. Whoever has it feels it with the next request. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeRole"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RoleAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is logged in. By a token, the session lasts as long as the token. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Logs in: the answer sets the cookie of a session. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LogIn"];
                };
            };
            responses: {
                201: {
                    headers: {
                        "Set-Cookie"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Logs out here: ends the session, or the token, that the request carries. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's sessions in browsers, newest first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SessionsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Logs out everywhere: ends all sessions and tokens of the caller. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of the caller's sessions. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    session_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users of the domain. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Users"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a user. It may do nothing until it has a role. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateUser"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a user with its tokens, access keys and roles. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a user. One that is disabled loses its tokens. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeUser"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/users/{user_id}/access-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The access keys of a user. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AccessKeys"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/users/{user_id}/access-keys/{access}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes an access key of a user. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    access: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Switches an access key of a user on or off. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                    access: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ChangeKey"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/users/{user_id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a password and ends all tokens of its user. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetPassword"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/users/{user_id}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a user log in again that was shut out by wrong passwords. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups of servers and disks; the disks of a server's backup are inside it. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    limit?: number;
                    marker?: string;
                    /** @description `-created_at` where absent. */
                    sort?: string;
                    state?: string[];
                    type?: string[];
                    vault_id?: string[];
                    resource_id?: string[];
                    resource_name?: string[];
                    disk_id?: string[];
                    checkpoint_id?: string[];
                    incremental?: boolean;
                    auto_trigger?: boolean;
                    /** @description Whether it cannot be deleted now: by its own lock, or its vault's. */
                    locked?: boolean;
                    created_after?: string;
                    created_before?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BackupList"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A backup. By the id of a disk's part, the server's backup that holds it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Backup"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What of a backup is not the same in another one of the same server or disk, older or newer, in
         *     the same vault: from the maps of both, without reading data, exact to chunks. With `exact` the
         *     contents of chunks that differ are read and compared in blocks of 4 KiB; a page then covers at
         *     most 128 MiB of them. What lies beyond the end of the other backup's disk differs; of a disk
         *     that it does not have all data does.
         */
        get: {
            parameters: {
                query: {
                    /** @description The backup to compare with. */
                    since: string;
                    /** @description This disk alone: its id or that of its backup, its name, `system`, or its position. */
                    disk?: string;
                    /** @description Compare contents; false where absent. */
                    exact?: boolean;
                    /** @description 1 to 10000 stretches; 1000 where absent. */
                    limit?: number;
                    /** @description `next` of the page before. */
                    marker?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChangesAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a backup was made. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/disks/{disk}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A disk of a backup as a file: qcow2 without what reads as zeroes, or raw. It is made while it is
         *     sent, always the same bytes for the same `ETag`, so that a broken download is gone on with by
         *     `Range` and `If-Range`, and parts may be asked for at once. Each chunk is checked against its
         *     digest on the way; what is damaged breaks the connection off. As long as it is read the backup
         *     cannot be deleted. `.../export/checksum` says the digest of the whole.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `qcow2`, which it is where absent, or `raw`. */
                    format?: string;
                };
                header?: {
                    /** @description One range of bytes. */
                    Range?: string | null;
                    /** @description The `ETag` of what is there already. */
                    "If-Range"?: string | null;
                };
                path: {
                    project_id: string;
                    backup_id: string;
                    /** @description Id of the disk or of its backup, its name, `system`, or its position; 0 is the first. */
                    disk: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": unknown;
                    };
                };
                /** @description A part of it. */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/disks/{disk}/export/checksum": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The digest of an exported file, BLAKE3: put together from the pieces that were sent, so that after
         *     a download hardly anything is left to do; what was never sent is read for it. Answers 202 with
         *     what is done until then: ask again.
         */
        get: {
            parameters: {
                query?: {
                    /** @description As for the file. */
                    format?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                    disk: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All of a backup as a tar archive that anybody can read: what it is, the server's definition, and each
         *     disk as a qcow2 file. Another service makes a backup of it again (`.../vaults/{vault_id}/import`).
         *     It is made while it is sent, as the files of single disks are.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description One range of bytes. */
                    Range?: string | null;
                    /** @description The `ETag` of what is there already. */
                    "If-Range"?: string | null;
                };
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The archive. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/x-tar": unknown;
                    };
                };
                /** @description A part of it. */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/export/checksum": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The digest of an exported backup, as that of a disk's file. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Locks a backup, also one that was made by hand, until a time: nobody can delete it before, and
         *     the lock cannot be made shorter.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LockRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LockAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/nbd": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads the disks of a backup: with `Connection: upgrade` and `Upgrade: nbd` the connection goes on
         *     as one of the NBD protocol, of which this is the server. Each disk is a read-only export of its
         *     name (`vda`); of a disk's backup there is one, which is the default export too. As long as a
         *     connection is open the backup cannot be deleted. `coffer nbd` makes a socket of it for clients such as `qemu-img`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description `nbd` */
                    Upgrade?: string | null;
                };
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The connection is one of NBD now. */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restores a backup as the CBR call does; on request what is overwritten is backed up first, as a
         *     step of the same task. Cancelled or failed before a disk is written, the server goes on as it
         *     was.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestoreRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Task"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/backups/{backup_id}/restore-file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restores one disk of a backup to a new raw image file. For administrators. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestoreFileRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/disks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    limit?: number;
                    marker?: string;
                    /** @description `name` where absent. */
                    sort?: string;
                    status?: string[];
                    server_id?: string[];
                    host?: string[];
                    vault_id?: string[];
                    /** @description `yes` or `no`. */
                    protected?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DiskList"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a disk from a disk's backup, as a task. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewDiskRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BeingMade"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/disks/{disk_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    disk_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Disk"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/estimates/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a backup would read, and whether it would be refused. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BackupEstimateRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BackupEstimate"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/estimates/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a restore would write, and whether it would be refused. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestoreEstimateRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RestoreEstimate"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes as they happen (server-sent events): `task`, `backup`, `vault`, `server`, `disk`, each
         *     with the object as its list shows it, at most one a second for each object; `resync` where
         *     events were missed. Ends with the session.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    "Last-Event-ID"?: string | null;
                };
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["Event"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images of the project. */
        get: {
            parameters: {
                query?: {
                    /** @description Exactly this name. */
                    name?: string;
                    /** @description Of this backup. */
                    backup_id?: string;
                    /** @description 1 to 1000, which it is where absent. */
                    limit?: number;
                    /** @description The last image seen. */
                    marker?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImagesAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Makes an image of a server's backup, also of one that still runs but whose instant is settled.
         *     It copies nothing: the backup stays for it, and is not deleted before it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewImageRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/images/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An image. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Deletes an image. Its backup stays, unless it is to be deleted too; where that is refused, both
         *     stay.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description False where absent. */
                    delete_backup?: boolean;
                };
                header?: never;
                path: {
                    project_id: string;
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/images/{image_id}/disks/{disk}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk of an image as a file, as that of a backup. */
        get: {
            parameters: {
                query?: {
                    /** @description `qcow2`, which it is where absent, or `raw`. */
                    format?: string;
                };
                header?: {
                    /** @description One range of bytes. */
                    Range?: string | null;
                    /** @description The `ETag` of what is there already. */
                    "If-Range"?: string | null;
                };
                path: {
                    project_id: string;
                    image_id: string;
                    disk: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": unknown;
                    };
                };
                /** @description A part of it. */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                416: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/images/{image_id}/disks/{disk}/export/checksum": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The digest of an image's exported disk, as that of a backup's. */
        get: {
            parameters: {
                query?: {
                    /** @description As for the file. */
                    format?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    image_id: string;
                    disk: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ChecksumAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/objective": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is asked of all resources of a project. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Objective"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Says what is asked of all resources of a project. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Objective"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/objects/{object_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an id names, whatever it is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    object_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FoundObject"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is safe and what is not, capacity, what runs, what failed. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/policies/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same of a policy that is not stored, or of changes that are not made yet. */
        post: {
            parameters: {
                query?: {
                    days?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PreviewRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PreviewAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/policies/{policy_id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Next runs of a policy, and which backups it would delete, when and why. */
        get: {
            parameters: {
                query?: {
                    days?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                    policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PreviewAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a project may have, and has. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QuotasAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How well the resources in vaults are protected: by JSON, or with `format=csv` as a table. */
        get: {
            parameters: {
                query?: {
                    format?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProtectionReport"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Objects whose name holds a text, or whose id begins with it; disks inside backups by their id alone. */
        get: {
            parameters: {
                query: {
                    q: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SearchAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Servers. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    limit?: number;
                    marker?: string;
                    /** @description `name` where absent. */
                    sort?: string;
                    status?: string[];
                    host?: string[];
                    vault_id?: string[];
                    /** @description `yes` or `no`. */
                    protected?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServerList"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a server from a server's backup or from an image, as a task. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewServerRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BeingMade"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/servers/{server_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Server"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/servers/{server_id}/power": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts, stops or restarts a server. Refused while a backup of it is not above 10 % (CORE-18)
         *     or a restore to it runs.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PowerRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the subscriptions of a project. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SubscriptionsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a subscription. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SubscriptionRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SubscriptionAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/subscriptions/{subscription_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a subscription, and what was told to it lately. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SubscriptionDetail"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Removes a subscription. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a subscription. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SubscriptionRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SubscriptionAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/coffer/v1/{project_id}/subscriptions/{subscription_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message to see whether it arrives. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TestAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tasks. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    limit?: number;
                    marker?: string;
                    /** @description `-created_at` where absent. */
                    sort?: string;
                    state?: string[];
                    kind?: string[];
                    vault_id?: string[];
                    resource_id?: string[];
                    resource_name?: string[];
                    backup_id?: string[];
                    started_after?: string;
                    started_before?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskList"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A task. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Task"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for the end of a backup or restore. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/go-back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undoes a restore that made a safety backup: the disks it wrote get back what they held before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GoBackRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Task"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a backup or restore found where on the disks, while it runs and as long as the service
         *     keeps it.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TaskMap"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/priority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets before which others a waiting task is begun. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PriorityRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a task is, in bytes, and how fast. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/tasks/{task_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries again what failed, by a new task. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Task"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vaults. */
        get: {
            parameters: {
                query?: {
                    q?: string;
                    limit?: number;
                    marker?: string;
                    /** @description `-created_at` where absent. */
                    sort?: string;
                    type?: string[];
                    protect_type?: string[];
                    state?: string[];
                    policy_id?: string[];
                    resource_id?: string[];
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultList"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A vault, with what is in it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Vault"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a vault took in its store, over time. */
        get: {
            parameters: {
                query?: {
                    /** @description 1 to 3660; 30 where absent. */
                    days?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultHistory"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a backup of an archive that `.../backups/{backup_id}/export` gave, here or of another
         *     service: the body, as it is, of any length. A task reads it as it comes and may be cancelled;
         *     the answer is its end. The archive has to be whole and to fit its own digests, or nothing is made.
         *     The server and disks keep their ids where the project has them; else they get ones that
         *     are always the same for them. The vault has to have room for its disks beside those that are
         *     associated, as for a backup. There are so many uploads at once, of a project and of all
         *     (half of `limits.tasks`): one more is answered with 429. One of which hardly anything
         *     comes for a minute is ended. Requests signed with an access key leave the body unsigned
         *     (`UNSIGNED-PAYLOAD`).
         */
        post: {
            parameters: {
                query?: {
                    /** @description Name of the backup; as it was where absent. */
                    name?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            /** @description The bytes of the archive. */
            requestBody: {
                content: {
                    "application/x-tar": string;
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImportAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The limits of a vault. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LimitsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Sets the limits of a vault. They hold at once, also for what runs. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LimitsRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Removes the limits of a vault. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}/objective": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is asked of the resources of a vault, in place of what is asked of all. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Objective"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Says what is asked of the resources of a vault. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Objective"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known of the recovery key of a vault. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecoveryKeyState"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Says that the recovery key that was given out last is kept: the reminder ends. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ConfirmRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /**
         * Makes a recovery key of a vault and gives it out: with it and the store alone the vault is read.
         *     It is kept nowhere; earlier ones still open the vault.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RecoveryKeyAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the process answers. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The process answers. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of the image API. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The versions. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of the image API. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The versions. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image/v2/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    name?: string;
                    status?: string;
                    tag?: string;
                    /** @description `shared`: what others share with the project, under its owners' ids. */
                    visibility?: string;
                    /** @description Of shared ones: `accepted` where absent, `pending`, `rejected` or `all`. */
                    member_status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The images. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image/v2/images/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An image. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The image. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes an image; with `{"delete_backup": true}` its backup too. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": null | components["schemas"]["Deletion"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image/v2/images/{image_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects that an image is shared with. A recipient sees itself. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMembers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Shares an image, and so its backup, with a project. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImageMemberRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/image/v2/images/{image_id}/members/{member_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project that an image is shared with. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        /**
         * Accepts or rejects an image. Accepted, it becomes an image of the recipient's own, of
         *     another id (`own_image_id`).
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImageMemberAnswer"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Ends the sharing of an image: by its owner, or by the recipient. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The API document. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says whether requests can be served: the catalog answers, the hypervisors were asked after the
         *     start, and the service is not stopping.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Requests can be served. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description They cannot; `reason` says why. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cloudimages/wholeimages/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a whole-server image of a backup, or of a server that is backed up first. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WholeImageRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageJob"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a server from a whole-server image, and starts it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewCloudServerRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CloudServerJob"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Starts, stops or reboots servers: all of them have to be there and in a fitting state, or none
         *     is touched. Backups of them that are under way go on.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            /** @description One of `os-start`, `os-stop`, `reboot`, each with `servers` ([{`id`}], 1 to 200) and the latter two with `type` SOFT or HARD. */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PowerJobAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Servers, by pages: `offset` is the page's number, from 1 on. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    name?: string;
                    status?: string;
                    flavor?: string;
                    ip?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EcsServers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EcsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}/attachvolume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Attaches a disk to a server, as ECS does. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AttachRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}/block_device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The disks of a server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BlockDevices"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}/detachvolume/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Detaches a disk from a server, as ECS does. */
        delete: {
            parameters: {
                query?: {
                    delete_flag?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of a server: those that users set, and those of the hypervisor. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ResourceTags"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/cloudservers/{server_id}/tags/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets or deletes tags of a server. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ResourceTagRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a job is: a disk, server or image that is being made, a disk that is attached, detached,
         *     extended or deleted, servers switched on or off.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    job_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The compute API's version. Only 2.1 is offered: its bodies are the ones served. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The compute API's version. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/cloudvolumes/{volume_id}/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a disk larger, as EVS does. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VolumeAction"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/flavors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Flavors. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Flavors"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/flavors/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Flavors. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Flavors"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/flavors/{flavor_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A flavor. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    flavor_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FlavorAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/os-availability-zone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Availability zones: one, hosts are not grouped. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The zones. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Servers by id and name. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    name?: string;
                    status?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServerNames"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Servers. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    name?: string;
                    status?: string;
                    flavor?: string;
                    ip?: string;
                    "changes-since"?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Servers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers/{server_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ServerAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers/{server_id}/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts, stops or reboots a server. Backups of it that are under way go on. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            /** @description One of `os-start`, `os-stop` (`type` SOFT or HARD), `reboot` (`type` SOFT or HARD). */
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The disks of a server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Attachments"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Attaches a disk to a server, also while it runs. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AttachRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AttachmentAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk of a server. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AttachmentAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Detaches a disk from a server, also while it runs; never the system disk of one that does. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    server_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/cloudimages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images, as IMS lists them. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    name?: string;
                    status?: string;
                    tag?: string;
                    __whole_image?: string;
                    __imagetype?: string;
                    created_at?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The images. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/images/{image_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes an image, as IMS does; with `{"delete_backup": true}` its backup too. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": null | components["schemas"]["Deletion"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/images/{image_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects that an image is shared with. A recipient sees itself. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMembers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Shares an image, and so its backup, with a project. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImageMemberRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/images/{image_id}/members/{member_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project that an image is shared with. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        /**
         * Accepts or rejects an image. Accepted, it becomes an image of the recipient's own, of
         *     another id (`own_image_id`).
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ImageMemberAnswer"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ImageMember"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Ends the sharing of an image: by its owner, or by the recipient. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    image_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a disk, empty or from a backup, as EVS does. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewVolumeRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks, as EVS lists them. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    offset?: number;
                    name?: string;
                    status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Volumes"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk, as EVS shows it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a disk that no server has, as EVS does. Its backups stay. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes/{volume_id}/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a disk larger, as EVS did before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VolumeAction"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobId"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes/{volume_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of a disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ResourceTags"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/cloudvolumes/{volume_id}/tags/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets or deletes tags of a disk. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ResourceTagRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/os-availability-zone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Zones of disks: one, hosts are not grouped. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The zones. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/os-vendor-tags/volumes/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of a disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TagMap"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        /** Sets the tags of a disk, in place of those that users had set. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TagMap"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TagMap"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/os-vendor-volumes/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk, as EVS shows it at another address. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Types of disks: one. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The types. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/volumes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks by id and name. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    offset?: number;
                    name?: string;
                    status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeNames"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a disk, empty or from a backup. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewVolumeRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/volumes/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    offset?: number;
                    name?: string;
                    status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Volumes"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/volumes/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a disk that no server has. Its backups stay. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/volumes/{volume_id}/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a disk larger, also while its server runs. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VolumeAction"];
                };
            };
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The identity API's version. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The identity API's version. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/auth/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The services, for the scope of the caller's token. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CatalogAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/auth/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's domain. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Domains"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/auth/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects in which the caller has a role. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Projects"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a token that is good: the one in `X-Subject-Token`. */
        get: {
            parameters: {
                query?: never;
                header: {
                    /** @description The token to show. */
                    "X-Subject-Token": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Logs in with a password, or makes a token for another scope out of one. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AuthRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        "X-Subject-Token"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TokenAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        /** Ends a token. */
        delete: {
            parameters: {
                query?: never;
                header: {
                    /** @description The token to end. */
                    "X-Subject-Token": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a token is good. */
        head: {
            parameters: {
                query?: never;
                header: {
                    /** @description The token to check. */
                    "X-Subject-Token": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/domain/{domain_name}/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The projects of the caller's account that it may know of. Other accounts are not looked into:
         *     who shares with a project of theirs is told its id by them.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProjectsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/domain/{source_project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose project it is that shares a backup with the caller's, or that the caller may know of. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    source_project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SourceAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/domains/{domain_id}/groups/{group_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles given there. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoles"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/domains/{domain_id}/groups/{group_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role there. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back there. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a role is given there. */
        head: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/domains/{domain_id}/users/{user_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles given there. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoles"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/domains/{domain_id}/users/{user_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role there. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back there. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a role is given there. */
        head: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    domain_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups of the caller's domain. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    domain_id?: string;
                    page?: number;
                    per_page?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneGroups"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a group in the caller's domain. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeystoneGroupRequest"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneGroupAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/groups/{group_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneGroupAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a group. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a group. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeystoneGroupRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneGroupAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v3/groups/{group_id}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members of a group. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneUsers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/groups/{group_id}/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Puts a user into a group. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a user out of a group. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a user is in a group. */
        head: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    group_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/migrates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far that is. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Takes over the backups of older services: there are none. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MigrationRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's projects: those in which it has a role; for administrators all of their domain. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    domain_id?: string;
                    parent_id?: string;
                    enabled?: boolean;
                    page?: number;
                    per_page?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Projects"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProjectAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}/groups/{group_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles given there. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoles"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}/groups/{group_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role there. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back there. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a role is given there. */
        head: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}/users/{user_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles given there. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoles"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives a role there. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Takes a role back there. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        /** Says whether a role is given there. */
        head: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    user_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        patch?: never;
        trace?: never;
    };
    "/v3/region-projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects of the caller's account in this region that it may know of. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProjectsAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/role_assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has which role in the caller's domain and its projects. */
        get: {
            parameters: {
                query?: {
                    "user.id"?: string;
                    "group.id"?: string;
                    "role.id"?: string;
                    "scope.project.id"?: string;
                    "scope.domain.id"?: string;
                    page?: number;
                    per_page?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneAssignments"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles of the caller's domain, the predefined ones included. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    page?: number;
                    per_page?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoles"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A role. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneRoleAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The users of the caller's domain. */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    domain_id?: string;
                    enabled?: boolean;
                    page?: number;
                    per_page?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneUsers"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user: oneself, or one of the caller's domain. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneUserAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/users/{user_id}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The groups that a user is in. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeystoneGroups"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/agent/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether the agents of servers answered when they were backed up last. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AgentCheckRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AgentCheckAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents that back up files: none. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NoAgents"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Registers an agent that backs up files: refused. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RegisterAgentRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An agent that backs up files: there is none. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    agent_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Changes an agent that backs up files: there is none. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    agent_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Removes an agent that backs up files: there is none. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    agent_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/agents/{agent_id}/add-path": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds paths to an agent that backs up files: there is none. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    agent_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/agents/{agent_id}/remove-path": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes paths of an agent that backs up files: there is none. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    agent_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists backups, newest first unless told otherwise. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    marker?: string;
                    sort?: string;
                    checkpoint_id?: string;
                    vault_id?: string;
                    parent_id?: string;
                    resource_id?: string;
                    name?: string;
                    resource_name?: string;
                    resource_type?: string;
                    resource_az?: string;
                    status?: string[];
                    image_type?: string;
                    start_time?: string;
                    end_time?: string;
                    own_type?: string;
                    member_status?: string;
                    used_percent?: number;
                    incremental?: boolean;
                    dec?: boolean;
                    show_replication?: boolean;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BackupsAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes over backups that another cloud made. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SyncBackupsRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a backup. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BackupAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Gives a backup another name or description. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RenameBackupRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BackupAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a backup. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists with whom a backup is shared. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    marker?: string;
                    sort?: string;
                    dest_project_id?: string;
                    image_id?: string;
                    status?: string;
                    vault_id?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MembersAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Shares a backup with projects. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ShareRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MembersAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}/members/{member_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a share. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MemberAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Accepts or rejects a backup that another project shares. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AnswerShareRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MemberAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Ends a share. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                    member_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the server of a backup was like. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MetadataAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}/replicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replicates a backup to another region. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicateBackupRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/backups/{backup_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restores a backup. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    backup_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RestoreBackupRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/cbr-features": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the service offers beyond vaults and backups. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/cbr-features/{feature_key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    feature_key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Backs up the resources of a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateCheckpointRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckpointAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/checkpoints/replicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replicates the backups of a vault to another region. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicateVaultRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/checkpoints/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes over what another cloud put into a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SyncVaultRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/checkpoints/{checkpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a restore point. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    checkpoint_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CheckpointAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/operation-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists tasks, newest first. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    marker?: string;
                    operation_type?: string;
                    status?: string[];
                    provider_id?: string;
                    resource_id?: string;
                    resource_name?: string;
                    vault_id?: string;
                    vault_name?: string;
                    start_time?: string;
                    end_time?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/operation-logs/{operation_log_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a task. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    operation_log_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/orders/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes an order. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Updates an order. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    order_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/organization-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Policies over several accounts: none. */
        get: {
            parameters: {
                query: {
                    operation_type: string;
                    limit?: number;
                    offset?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NoOrganizationPolicies"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a policy over several accounts: refused. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OrganizationPolicyRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/organization-policies/{organization_policy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A policy over several accounts: there is none. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    organization_policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Changes a policy over several accounts: there is none. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    organization_policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a policy over several accounts: there is none. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    organization_policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/organization-policies/{organization_policy_id}/policy-detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a policy over several accounts stands: there is none. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    organization_policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists policies, newest first. */
        get: {
            parameters: {
                query?: {
                    operation_type?: string;
                    vault_id?: string;
                    limit?: number;
                    marker?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PoliciesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a policy. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreatePolicyRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PolicyAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/policies/{policy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a policy. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PolicyAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Changes a policy. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    policy_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdatePolicyRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PolicyAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a policy, also from the vaults it is applied to. Its backups stay. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    policy_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/protectables/{protectable_type}/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists servers or disks, by name. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    marker?: string;
                    id?: string;
                    name?: string;
                    status?: string;
                    server_id?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    protectable_type: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/protectables/{protectable_type}/instances/{instance_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a server or disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    protectable_type: string;
                    instance_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/replication-capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where backups can be replicated to: nowhere, with one region. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CapabilitiesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/storage_usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the backups of each resource of the project take. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    resource_id?: string;
                    resource_type?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UsageAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Types of disks: one. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The types. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vault/resource_instances/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Finds vaults by their tags. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InstancesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["InstancesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vault/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the tags of all vaults of the project. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProjectTagsAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vault/{vault_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the tags of a vault. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TagsAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Sets one tag of a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetTagRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vault/{vault_id}/tags/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets or deletes several tags of a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TagsActionRequest"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vault/{vault_id}/tags/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Deletes one tag of a vault. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists vaults, newest first. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                    marker?: string;
                    id?: string[];
                    name?: string;
                    status?: string;
                    object_type?: string;
                    protect_type?: string;
                    cloud_type?: string;
                    policy_id?: string;
                    resource_ids?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultsAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateVaultRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/batch-update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes the notification of all vaults of the project. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BatchUpdateRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchUpdateAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/change-charge-mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes how vaults are paid for. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/external": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vaults of another region: there is none. */
        get: {
            parameters: {
                query: {
                    region_id: string;
                    external_project_id: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Buys a pre-paid vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Capacity and use of all vaults of the project. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SummaryAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a vault. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        /** Changes a vault. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UpdateVaultRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        /** Deletes a vault with everything in it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/addresources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Associates resources with a vault. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AddResourcesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AddResourcesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/associatepolicy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Applies a policy to a vault, in place of another one of its type. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AssociatePolicyRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AssociatePolicyAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/dissociatepolicy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes a policy from a vault. What runs goes on, and backups stay. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DissociatePolicyRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DissociatePolicyAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/migrateresources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Moves resources with their backups to another vault. That is a task. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MigrateResourcesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MigrateResourcesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/removeresources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes resources out of a vault and deletes their backups. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RemoveResourcesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RemoveResourcesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/set-resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Leaves resources out of the vault's policies, or takes them again. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetResourcesRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetResourcesAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/vaults/{vault_id}/update-backup-expiration-time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Moves the expiry of a vault's backups to a day. It is about available ones that expire: those
         *     without an expiry stay without. Locked ones expire no earlier than they would have.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    vault_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ExpiryRequest"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ExpiryAnswer"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ErrorBody"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/volumes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks by id and name. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    offset?: number;
                    name?: string;
                    status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeNames"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a disk, empty or from a backup. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewVolumeRequest"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/volumes/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Disks. */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                    offset?: number;
                    name?: string;
                    status?: string;
                    sort_key?: string;
                    sort_dir?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Volumes"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/volumes/{volume_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A disk. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VolumeAnswer"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Deletes a disk that no server has. Its backups stay. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/{project_id}/volumes/{volume_id}/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a disk larger, also while its server runs. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    volume_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VolumeAction"];
                };
            };
            responses: {
                /** @description It is being done. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
                /** @description An error. */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NeighbourErrorBody"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An access key, without its secret. */
        AccessKey: {
            access: string;
            /** @description `2026-11-23T14:10:18Z`. */
            created_at: string;
            description: string;
            enabled: boolean;
            /** @description To the minute; none for a key that was never used. */
            last_used_at: string | null;
        };
        /** @description `{"access_keys": [...]}`. */
        AccessKeys: {
            access_keys: components["schemas"]["AccessKey"][];
        };
        /** @description `{"actions": [...]}`. */
        ActionsAnswer: {
            /** @description All actions that policies can name, in order. */
            actions: string[];
        };
        /** @description The resources associated. */
        AddResourcesAnswer: {
            add_resource_ids: string[];
        };
        /** @description `POST .../addresources`. */
        AddResourcesRequest: {
            /** @description 1 to 256. */
            resources: components["schemas"]["ResourceCreate"][];
        };
        /** @description A project. */
        AdminProject: {
            description: string;
            domain_id: string;
            enabled: boolean;
            id: string;
            name: string;
        };
        /** @description `{"project": {...}}`. */
        AdminProjectAnswer: {
            project: components["schemas"]["AdminProject"];
        };
        /** @description What is known of the servers' agents. */
        AgentCheckAnswer: {
            agent_status: components["schemas"]["AgentStatus"][];
        };
        /** @description `POST /agent/check`. */
        AgentCheckRequest: {
            /** @description 1 to 256. */
            agent_status: components["schemas"]["AgentOf"][];
        };
        /** @description A server to look at. */
        AgentOf: {
            resource_id: string;
            resource_name?: string | null;
            /** @description `OS::Nova::Server`. */
            resource_type?: string | null;
        };
        /** @description What is known of a server's agent. */
        AgentStatus: {
            /**
             * Format: int64
             * @description 0 where it answered.
             */
            code: number;
            /** @description It answered when the newest backup was made. */
            installed: boolean;
            is_old: boolean;
            message: string;
            resource_id: string;
            version: string;
        };
        /** @description What one role allows. */
        Allowed: {
            /** @description Allowed, */
            allow: string[];
            /** @description except these. */
            except: string[];
        };
        /** @description `PUT /backups/{id}/members/{member_id}`. */
        AnswerShareRequest: {
            /** @description `accepted`, `rejected` or `pending`. */
            status: string;
            /** @description The vault that takes the backup; required to accept. */
            vault_id?: string | null;
        };
        /** @description Whether the guest was quiesced. */
        AppConsistency: {
            /** @description `1` where it was. */
            app_consistency: string;
            app_consistency_error_code: string;
            app_consistency_error_message: string;
            app_consistency_status: string;
        };
        /** @description A policy and a vault. */
        AppliedPolicy: {
            destination_vault_id: string | null;
            policy_id: string;
            vault_id: string;
        };
        /** @description A role that a user or a group has on a project or on the domain. */
        Assignment: {
            /** @description None for a user. */
            group_id: string | null;
            /** @description None for the domain: then the role holds in all of its projects. */
            project_id: string | null;
            role: string;
            role_id: string;
            /** @description None for a group. */
            user_id: string | null;
        };
        /** @description `{"assignments": [...]}`. */
        AssignmentsAnswer: {
            assignments: components["schemas"]["Assignment"][];
        };
        /** @description A policy that was applied. */
        AssociatePolicyAnswer: {
            associate_policy: components["schemas"]["AppliedPolicy"];
        };
        /** @description `POST .../associatepolicy`. Exactly one of `policy_id` and `add_policy_ids`. */
        AssociatePolicyRequest: {
            add_policy_ids?: string[] | null;
            /** @description Where replicas go, for a replication policy. */
            destination_vault_id?: string | null;
            policy_id?: string | null;
        };
        /** @description A vault that a policy is applied to. */
        AssociatedVault: {
            destination_vault_id: string | null;
            vault_id: string;
        };
        /** @description `{"volumeAttachment": {...}}`. */
        AttachRequest: {
            /** @description Look only whether it could be done (ECS). */
            dry_run?: boolean | null;
            volumeAttachment: components["schemas"]["NewAttachment"];
        };
        /** @description A disk attached to a server. */
        Attached: {
            delete_on_termination: boolean;
            id: string;
        };
        /** @description A disk of a server. */
        Attachment: {
            device: string;
            id: string;
            serverId: string;
            volumeId: string;
        };
        /** @description `{"volumeAttachment": {...}}`. */
        AttachmentAnswer: {
            volumeAttachment: components["schemas"]["Attachment"];
        };
        /** @description `{"volumeAttachments": [...]}`. */
        Attachments: {
            volumeAttachments: components["schemas"]["Attachment"][];
        };
        /** @description A page of the audit trail, newest first. */
        AuditAnswer: {
            events: components["schemas"]["AuditEvent"][];
            /** @description `marker` of the next page; none on the last one. */
            next_marker: string | null;
        };
        /**
         * @description How somebody showed who it is.
         * @enum {string}
         */
        AuditCredential: "password" | "token" | "session" | "access_key" | "command" | "service";
        /** @description Something that was done. */
        AuditEvent: {
            /** @description As the policies name it, such as `cbr:vaults:create`. */
            action: string;
            /** @description Where the request came from. */
            address: string;
            /** @description When it began. */
            at: string;
            credential: components["schemas"]["AuditCredential"];
            /** @description Public part of the access key, id of the session, or audit id of the token. */
            credential_id: string;
            /** @description What was asked for, without secrets. */
            detail: Record<string, never>;
            /** @description None where the user is unknown. */
            domain_id: string | null;
            error_code: string;
            error_message: string;
            id: string;
            kind: components["schemas"]["AuditKind"];
            project_id: string | null;
            /** @description Names the request in answers, logs and tasks. */
            request_id: string;
            resource_id: string;
            resource_name: string;
            /** @description `vault`, `backup`, `policy`, `server`, `disk`, `task`, `user`, `group`, `role`, ... */
            resource_type: string;
            result: components["schemas"]["AuditResult"];
            /**
             * Format: int64
             * @description Status of the answer; 0 where there was none.
             */
            status: number;
            /** @description As CBR's audit trail names it, such as `createVault`. */
            trace_name: string;
            /** @description What the client says it is. */
            user_agent: string;
            /** @description None for what the service did by itself, and for log-ins of nobody. */
            user_id: string | null;
            user_name: string;
        };
        /**
         * @description Whose doing an event was.
         * @enum {string}
         */
        AuditKind: "operation" | "login" | "system";
        /**
         * @description How it ended; `unfinished` where the service ended in between.
         * @enum {string}
         */
        AuditResult: "success" | "refused" | "failed" | "unfinished";
        /** @description Who asks, and for what. */
        Auth: {
            /** @description Who asks. */
            identity: components["schemas"]["AuthIdentity"];
            scope?: null | components["schemas"]["AuthScope"];
        };
        /** @description A domain by id or name. */
        AuthDomain: {
            /** @description Its id. */
            id?: string | null;
            /** @description Its name. */
            name?: string | null;
        };
        /** @description How the user shows who it is. */
        AuthIdentity: {
            /** @description `password` or `token`. */
            methods: string[];
            password?: null | components["schemas"]["AuthPassword"];
            token?: null | components["schemas"]["AuthToken"];
        };
        /** @description For the method `password`. */
        AuthPassword: {
            /** @description The user. */
            user: components["schemas"]["AuthUser"];
        };
        /** @description A project by id, or by name and domain. */
        AuthProject: {
            domain?: null | components["schemas"]["AuthDomain"];
            /** @description Its id. */
            id?: string | null;
            /** @description Its name. */
            name?: string | null;
        };
        /** @description `POST /v3/auth/tokens`. */
        AuthRequest: {
            /** @description Who asks, and for what. */
            auth: components["schemas"]["Auth"];
        };
        /** @description Project or domain; the project wins. */
        AuthScope: {
            domain?: null | components["schemas"]["AuthDomain"];
            project?: null | components["schemas"]["AuthProject"];
        };
        /** @description For the method `token`. */
        AuthToken: {
            /** @description The token. */
            id: string;
        };
        /** @description A user and its password. */
        AuthUser: {
            domain?: null | components["schemas"]["AuthDomain"];
            /** @description Its id, or */
            id?: string | null;
            /** @description its name, and */
            name?: string | null;
            /** @description Its password. */
            password: string;
        };
        /** @description A backup. */
        Backup: {
            architecture: string | null;
            /** @description A policy made it. */
            auto_trigger: boolean;
            /** @description A restore from it may begin now. */
            can_restore: boolean;
            checkpoint_id: string;
            consistency: null | components["schemas"]["Consistency"];
            created_at: string;
            description: string | null;
            disks: components["schemas"]["BackupDisk"][];
            error: string | null;
            expires_at: string | null;
            /**
             * Format: int64
             * @description From freeze to thaw.
             */
            frozen_ms: number | null;
            /** @description Why everything was read, if so. */
            full_reason: string | null;
            id: string;
            incremental: boolean;
            /** @description The time whose content it holds. */
            instant: string | null;
            /** @description It cannot be deleted now: before it expires, or before `locked_until`. */
            locked: boolean;
            /** @description Until when it was locked by itself. */
            locked_until: string | null;
            name: string;
            /** Format: int64 */
            new_bytes: number;
            notes: string[];
            /**
             * Format: int64
             * @description Percent.
             */
            progress: number;
            protected_at: string | null;
            /** Format: int64 */
            read_bytes: number;
            /** @description The server or disk. */
            resource_id: string;
            resource_name: string;
            /** @description State of the server (`ACTIVE`, ...) or disk (`in-use`, `available`); null where it is gone. */
            resource_status: string | null;
            /** @description The server may be restarted while the backup runs, once it is above 10 %. */
            restart_allowed: boolean;
            /** Format: int64 */
            size_bytes: number;
            state: components["schemas"]["BackupStatus"];
            /** Format: int64 */
            stored_bytes: number;
            /** @description It is of, or holds, a system disk. */
            system_disk: boolean;
            task: null | components["schemas"]["Task"];
            type: components["schemas"]["ResourceKind"];
            vault: components["schemas"]["Named"];
        };
        /** @description One backup. */
        BackupAnswer: {
            backup: components["schemas"]["BackupBody"];
        };
        /** @description A backup. */
        BackupBody: {
            checkpoint_id: string;
            children: components["schemas"]["BackupBody"][];
            created_at: string;
            description: string | null;
            enterprise_project_id: string;
            expired_at: string | null;
            extend_info: components["schemas"]["ExtendInfo"];
            id: string;
            image_type: string;
            incremental: boolean;
            name: string;
            parent_id: string | null;
            project_id: string;
            protected_at: string | null;
            provider_id: string;
            replication_records: Record<string, never>[];
            resource_az: string | null;
            resource_id: string;
            resource_name: string;
            /**
             * Format: int64
             * @description GB.
             */
            resource_size: number;
            resource_type: string;
            status: string;
            updated_at: string;
            vault_id: string;
            /** Format: int64 */
            version: number;
        };
        /** @description A disk in a backup. */
        BackupDisk: {
            disk_id: string;
            /** @description Why there was no bitmap, if so. */
            fallback_reason: string | null;
            /** @description Id of the disk's backup: what a restore's mapping names. */
            id: string;
            name: string;
            /** Format: int64 */
            new_bytes: number;
            /** Format: int64 */
            read_bytes: number;
            /** Format: int64 */
            size_bytes: number;
            /** Format: int64 */
            stored_bytes: number;
            system: boolean;
            /** @description `bitmap` or `full_scan`; null until it is known. */
            tracking: string | null;
        };
        /** @description What a backup would read. */
        BackupEstimate: {
            disks: components["schemas"]["DiskEstimate"][];
            /** @description From when on a full backup may be made; null where it may be now. */
            full_possible_at: string | null;
            /**
             * Format: int64
             * @description Bytes to be read in all; null where that is not known beforehand for some disk.
             */
            read_bytes: number | null;
            /** @description Why some of it would be refused. */
            refusals: components["schemas"]["EstimateRefusal"][];
            /**
             * Format: int64
             * @description Time it takes, by what the last backups took; null where nothing is known.
             */
            seconds: number | null;
            vault: null | components["schemas"]["VaultRoom"];
        };
        /** @description A backup that might be made. */
        BackupEstimateRequest: {
            /** @description False asks for a full backup. */
            incremental?: boolean;
            /** @description 1 to 256. */
            resources: components["schemas"]["EstimateResource"][];
            /** @description The vault; the one that each resource is in where absent. */
            vault_id?: string | null;
        };
        /** @description A page of backups. */
        BackupList: {
            backups: components["schemas"]["Backup"][];
            /** @description Marker of the next page; null on the last one. */
            next: string | null;
            /**
             * Format: int64
             * @description Number of all that fit.
             */
            total: number;
        };
        /** @description A backup, in short. */
        BackupRef: {
            created_at: string;
            id: string;
            name: string;
            /** @description The server's backup that this disk's backup is inside. */
            parent_id: string | null;
            state: components["schemas"]["BackupStatus"];
        };
        /**
         * @description State of a backup.
         * @enum {string}
         */
        BackupStatus: "waiting_protect" | "protecting" | "available" | "waiting_restore" | "restoring" | "waiting_delete" | "deleting" | "error";
        /** @description A page of backups. */
        BackupsAnswer: {
            backups: components["schemas"]["BackupBody"][];
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            offset: number;
        };
        /** @description What shall change in all vaults of the project. */
        BatchUpdate: {
            smn_notify?: boolean | null;
            /**
             * Format: int64
             * @description Percent, 1 to 100.
             */
            threshold?: number | null;
        };
        /** @description The vaults changed. */
        BatchUpdateAnswer: {
            updated_vaults_id: string[];
        };
        /** @description `PUT /vaults/batch-update`. */
        BatchUpdateRequest: {
            vault: components["schemas"]["BatchUpdate"];
        };
        /** @description What is being made, and the task that makes it. */
        BeingMade: {
            /** @description Id of the disk or server to be; there is none of it until the task has succeeded. */
            id: string;
            task: components["schemas"]["Task"];
        };
        /** @description Capacity, use and kind. */
        BillingBody: {
            /**
             * Format: int64
             * @description GB.
             */
            allocated: number;
            charging_mode: string;
            cloud_type: string;
            consistent_level: string;
            frozen_scene: string | null;
            object_type: string;
            order_id: string | null;
            product_id: string | null;
            protect_type: string;
            /**
             * Format: int64
             * @description GB.
             */
            size: number;
            spec_code: string;
            status: string;
            storage_unit: string | null;
            /**
             * Format: int64
             * @description MB.
             */
            used: number;
        };
        /** @description Capacity and kind of a vault. */
        BillingCreate: {
            charging_mode?: null | components["schemas"]["ChargingMode"];
            cloud_type?: null | components["schemas"]["CloudType"];
            consistent_level: components["schemas"]["ConsistentLevel"];
            /** @description 1 to 255 characters. */
            console_url?: string | null;
            is_auto_pay?: boolean | null;
            is_auto_renew?: boolean | null;
            object_type: components["schemas"]["ObjectTypeBody"];
            protect_type: components["schemas"]["ProtectType"];
            /**
             * Format: int64
             * @description GB, 10 to 10485760.
             */
            size: number;
        };
        /** @description New capacity. */
        BillingUpdate: {
            consistent_level?: null | components["schemas"]["ConsistentLevel"];
            /**
             * Format: int64
             * @description GB, 1 to 10485760: the whole new size.
             */
            size?: number | null;
        };
        /** @description Which resources a vault takes by itself. */
        BindRules: {
            tags?: components["schemas"]["TagRequest"][] | null;
        };
        /** @description Tags of the resources taken by itself. */
        BindRulesBody: {
            tags?: components["schemas"]["TagAnswer"][];
        };
        /** @description A disk of a server. */
        BlockDevice: {
            /** @description 0 for the system disk. */
            bootIndex: number;
            bus: string;
            device: string;
            id: string;
            pciAddress: string;
            serverId: string;
            /**
             * Format: int64
             * @description GiB, rounded up.
             */
            size: number;
            volumeId: string;
        };
        /** @description `{"volumeAttachments", "attachableQuantity"}`. */
        BlockDevices: {
            attachableQuantity: Record<string, never>;
            volumeAttachments: components["schemas"]["BlockDevice"][];
        };
        /** @description The regions that backups can be replicated to. */
        CapabilitiesAnswer: {
            regions: components["schemas"]["Region"][];
        };
        /** @description Capacity of all vaults. */
        Capacity: {
            /** Format: int64 */
            count: number;
            /** @description The fullest first (at most 50). */
            list: components["schemas"]["VaultRef"][];
            /** Format: int64 */
            size_bytes: number;
            /** Format: int64 */
            used_bytes: number;
        };
        /** @description `{"catalog": [...]}`. */
        CatalogAnswer: {
            /** @description The services. */
            catalog: components["schemas"]["CatalogService"][];
            /** @description Where this list is. */
            links: components["schemas"]["Links"];
        };
        /** @description A service. */
        CatalogService: {
            /** @description Where it is. */
            endpoints: components["schemas"]["Endpoint"][];
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
            /** @description Type, by which clients choose. */
            type: string;
        };
        /** @description `{"domain": {...}}` to change one: what is absent stays. */
        ChangeDomain: {
            domain: components["schemas"]["ChangeDomainBody"];
        };
        /** @description What to change. */
        ChangeDomainBody: {
            description?: string | null;
            enabled?: boolean | null;
        };
        /** @description `{"group": {...}}` to change one: what is absent stays. */
        ChangeGroup: {
            group: components["schemas"]["ChangeGroupBody"];
        };
        /** @description What to change. */
        ChangeGroupBody: {
            description?: string | null;
            name?: string | null;
        };
        /** @description `{"access_key": {"enabled"}}`. */
        ChangeKey: {
            access_key: components["schemas"]["ChangeKeyBody"];
        };
        /** @description What to change. */
        ChangeKeyBody: {
            /** @description False: requests signed with it are refused. */
            enabled: boolean;
        };
        /** @description `{"project": {...}}` to change one: what is absent stays. */
        ChangeProject: {
            project: components["schemas"]["ChangeProjectBody"];
        };
        /** @description What to change. */
        ChangeProjectBody: {
            description?: string | null;
            enabled?: boolean | null;
            name?: string | null;
        };
        /** @description `{"role": {...}}` to change one: what is absent stays. */
        ChangeRole: {
            role: components["schemas"]["ChangeRoleBody"];
        };
        /** @description What to change. */
        ChangeRoleBody: {
            description?: string | null;
            name?: string | null;
            policy?: null | components["schemas"]["PolicyDocument"];
        };
        /**
         * @description What a backup holds in a stretch that differs.
         * @enum {string}
         */
        ChangeState: "data" | "zero";
        /** @description `{"user": {...}}` to change one: what is absent stays. */
        ChangeUser: {
            user: components["schemas"]["ChangeUserBody"];
        };
        /** @description What to change. */
        ChangeUserBody: {
            default_project_id?: string | null;
            description?: string | null;
            enabled?: boolean | null;
        };
        /** @description A disk in two backups. */
        ChangedDisk: {
            /**
             * Format: int64
             * @description Bytes of chunks that differ and hold data; on the first page, null on others.
             */
            changed_data_bytes: number | null;
            /**
             * Format: int64
             * @description Bytes of chunks that differ and read as zeroes; on the first page, null on others.
             */
            changed_zero_bytes: number | null;
            /**
             * Format: int64
             * @description Size of the chunks that are compared.
             */
            chunk_bytes: number;
            disk_id: string;
            /** @description On the server: `vda`. */
            name: string;
            /**
             * Format: int64
             * @description Null where the other backup does not have the disk.
             */
            since_size_bytes: number | null;
            /**
             * Format: int64
             * @description Null where the backup does not have the disk.
             */
            size_bytes: number | null;
        };
        /** @description A stretch that differs. */
        ChangedExtent: {
            disk_id: string;
            /** Format: int64 */
            length_bytes: number;
            /** Format: int64 */
            offset_bytes: number;
            /** @description What the backup holds there. */
            state: components["schemas"]["ChangeState"];
        };
        /** @description What of a backup is not the same in another one. */
        Changes: {
            backup_id: string;
            /** @description All disks, those without changes too, and at the end those that only the other backup has. */
            disks: components["schemas"]["ChangedDisk"][];
            /** @description By disk and offset; neighbours that are alike are one. */
            extents: components["schemas"]["ChangedExtent"][];
            /** @description `marker` of the next page; null where this is the last one. */
            next: string | null;
            since_backup_id: string;
        };
        /** @description `{"changes": {...}}`. */
        ChangesAnswer: {
            changes: components["schemas"]["Changes"];
        };
        /**
         * @description How it is told.
         * @enum {string}
         */
        ChannelKind: "webhook" | "email";
        /**
         * @description How it is paid for.
         * @enum {string}
         */
        ChargingMode: "post_paid";
        /** @description One restore point. */
        CheckpointAnswer: {
            checkpoint: components["schemas"]["CheckpointBody"];
        };
        /** @description A restore point. */
        CheckpointBody: {
            created_at: string;
            extra_info: components["schemas"]["CheckpointExtra"];
            id: string;
            project_id: string;
            status: string;
            vault: components["schemas"]["CheckpointVault"];
        };
        /** @description What the user gave. */
        CheckpointExtra: {
            description: string;
            name: string;
            /** Format: int64 */
            retention_duration: number;
        };
        /** @description How to run it. */
        CheckpointParameters: {
            auto_trigger?: boolean | null;
            /** @description At most 255 characters. */
            description?: string | null;
            /**
             * Format: int64
             * @description Coffer's own, 1 to 9999. Backups of several resources get the suffixes `-0001`, `-0002` and so
             *     on; with this they begin at this number, and a single one gets its suffix too. So whoever backs
             *     up resources of several vaults counts on over all of them.
             */
            first_number?: number | null;
            /** @description False asks for a full backup. */
            incremental?: boolean | null;
            /** @description 1 to 64 of letters, digits, `_`, `-`; `manualbk_xxxx` where absent. */
            name?: string | null;
            resource_details?: components["schemas"]["ResourceCreate"][] | null;
            /** @description Ids of resources; all of the vault where neither list is given. */
            resources?: string[] | null;
            /**
             * Format: int64
             * @description -1 for ever, or 1 to 36500.
             */
            retention_duration_days?: number | null;
        };
        /** @description A resource. Sizes and counts are texts: one client breaks on numbers here. */
        CheckpointResource: {
            backup_count: string;
            /** @description MB. */
            backup_size: string;
            extra_info: string | null;
            id: string;
            name: string;
            protect_status: string;
            /** @description GB. */
            resource_size: string;
            type: string;
        };
        /** @description A resource that did not take part. */
        CheckpointSkipped: {
            code: string;
            id: string;
            name: string;
            reason: string;
            type: string;
        };
        /** @description The vault and what took part. */
        CheckpointVault: {
            id: string;
            name: string;
            resources: components["schemas"]["CheckpointResource"][];
            skipped_resources: components["schemas"]["CheckpointSkipped"][];
        };
        /** @description The digest of an exported file. */
        Checksum: {
            /** @description `blake3`. */
            algorithm: string;
            /**
             * Format: int64
             * @description Bytes that went into it.
             */
            done_bytes: number;
            /** @description The `ETag` of the file that it is of. */
            etag: string;
            /** Format: int64 */
            size_bytes: number;
            /** @description Hexadecimal; null until all bytes did: ask again. */
            value: string | null;
        };
        /** @description `{"checksum": {...}}`. */
        ChecksumAnswer: {
            checksum: components["schemas"]["Checksum"];
        };
        /** @description `{"job_id": "...", "serverIds": ["..."]}`. */
        CloudServerJob: {
            /** @description For `GET /v1/{project_id}/jobs/{job_id}`; null after a dry run. */
            job_id: string | null;
            serverIds: string[];
        };
        /**
         * @description Where it runs.
         * @enum {string}
         */
        CloudType: "public";
        /** @description `{"fingerprint": "..."}`. */
        ConfirmRequest: {
            /** @description As the kept file has it. */
            fingerprint: string;
        };
        /**
         * @description How well the disks of a backup fit together.
         * @enum {string}
         */
        Consistency: "application" | "crash" | "offline";
        /**
         * @description How well disks fit together.
         * @enum {string}
         */
        ConsistentLevel: "crash_consistent" | "app_consistent";
        /** @description A backup run. */
        CreateCheckpoint: {
            parameters?: null | components["schemas"]["CheckpointParameters"];
            vault_id: string;
        };
        /** @description `POST /checkpoints`. */
        CreateCheckpointRequest: {
            checkpoint: components["schemas"]["CreateCheckpoint"];
        };
        /** @description `{"domain": {...}}` to make one. */
        CreateDomain: {
            domain: components["schemas"]["CreateDomainBody"];
        };
        /** @description A domain to be made, with its first administrator. */
        CreateDomainBody: {
            administrator: components["schemas"]["FirstAdministrator"];
            description?: string | null;
            /** @description 1 to 64 characters, unique. */
            name: string;
        };
        /** @description `{"group": {...}}` to make one. */
        CreateGroup: {
            group: components["schemas"]["CreateGroupBody"];
        };
        /** @description A group to be made. */
        CreateGroupBody: {
            description?: string | null;
            /** @description 1 to 64 characters, unique in the domain. */
            name: string;
        };
        /** @description `{"access_key": {"description"}}`. */
        CreateKey: {
            access_key: components["schemas"]["CreateKeyBody"];
        };
        /** @description An access key to be made. */
        CreateKeyBody: {
            description?: string | null;
        };
        /** @description A policy to be made. */
        CreatePolicy: {
            /** @description True where absent. */
            enabled?: boolean | null;
            /** @description 1 to 64 of letters, digits, `_`, `-`. */
            name: string;
            operation_definition: components["schemas"]["DefinitionBody"];
            /** @description `backup` or `replication`. */
            operation_type: string;
            trigger: components["schemas"]["TriggerRequest"];
        };
        /** @description `POST /policies`. */
        CreatePolicyRequest: {
            policy: components["schemas"]["CreatePolicy"];
        };
        /** @description `{"project": {...}}` to make one. */
        CreateProject: {
            project: components["schemas"]["CreateProjectBody"];
        };
        /** @description A project to be made. */
        CreateProjectBody: {
            description?: string | null;
            name: string;
        };
        /** @description `{"role": {...}}` to make one. */
        CreateRole: {
            role: components["schemas"]["CreateRoleBody"];
        };
        /** @description A role to be made. */
        CreateRoleBody: {
            description?: string | null;
            /** @description 1 to 64 characters, unique in the domain. */
            name: string;
            policy: components["schemas"]["PolicyDocument"];
        };
        /** @description `{"user": {...}}` to make one. */
        CreateUser: {
            user: components["schemas"]["CreateUserBody"];
        };
        /** @description A user to be made. */
        CreateUserBody: {
            default_project_id?: string | null;
            description?: string | null;
            /** @description The first log-in has to set another password. */
            must_change_password?: boolean;
            name: string;
            /** @description 8 characters at least, without the name; none for a user that only has access keys. */
            password?: string | null;
        };
        /** @description A vault to be made. */
        CreateVault: {
            auto_bind?: boolean | null;
            auto_expand?: boolean | null;
            backup_policy_id?: string | null;
            billing: components["schemas"]["BillingCreate"];
            bind_rules?: null | components["schemas"]["BindRules"];
            /** @description At most 64 characters. */
            description?: string | null;
            locked?: boolean | null;
            /** @description 1 to 64 of letters, digits, `_`, `-`. */
            name: string;
            /** @description What to associate; may be empty. */
            resources: components["schemas"]["ResourceCreate"][];
            /** @description True where absent. */
            smn_notify?: boolean | null;
            /** @description At most 20. */
            tags?: components["schemas"]["TagRequest"][] | null;
            /**
             * Format: int64
             * @description 1 to 100, 80 where absent.
             */
            threshold?: number | null;
        };
        /** @description `POST /vaults`. */
        CreateVaultRequest: {
            vault: components["schemas"]["CreateVault"];
        };
        /** @description How a policy keeps what it makes. 0 and -1 mean "not set". */
        DefinitionBody: {
            /**
             * Format: int64
             * @description Days of which the newest backup is kept, up to 100.
             */
            day_backups?: number | null;
            /** @description Whose they are there; needed for replication. */
            destination_project_id?: string | null;
            /** @description Where replicas go; needed for replication. */
            destination_region?: string | null;
            /** @description Kept and given back. */
            enable_acceleration?: boolean | null;
            /**
             * Format: int64
             * @description One backup of so many is a full one, up to 100; -1: none after the first.
             */
            full_backup_interval?: number | null;
            /** @description Coffer's own. False lets retention delete the newest good backup of a resource too. */
            keep_last_backup?: boolean | null;
            /**
             * Format: int64
             * @description Automatic backups kept of each resource: -1, or up to 99999. Excludes
             *     `retention_duration_days`.
             */
            max_backups?: number | null;
            /**
             * Format: int64
             * @description Months of which the newest backup is kept, up to 100.
             */
            month_backups?: number | null;
            /**
             * Format: int64
             * @description Days each backup is kept: -1, or up to 99999. Excludes all counters.
             */
            retention_duration_days?: number | null;
            /**
             * @description Whose days, weeks, months and years: `UTC+08:00`, or a zone such as `Europe/Berlin`. Needed
             *     with their counters.
             */
            timezone?: string | null;
            /**
             * Format: int64
             * @description Weeks of which the newest backup is kept, up to 100.
             */
            week_backups?: number | null;
            /**
             * Format: int64
             * @description Years of which the newest backup is kept, up to 100.
             */
            year_backups?: number | null;
        };
        /** @description The body of a deletion. */
        Deletion: {
            /** @description Delete the image's backup too; where that is refused, both stay. */
            delete_backup?: boolean | null;
        };
        /** @description A backup that would go. */
        DeletionBody: {
            /**
             * @description When it would go, UTC. What is too many already goes after the next run, or at the day's look
             *     at midnight UTC where that is sooner.
             */
            at: string;
            backup_id: string;
            backup_name: string;
            created_at: string;
            /** @description `expired`, `expired_as_asked`, `surplus`, `failed_surplus` or `failed_long_ago`. */
            reason: string;
            resource_id: string;
            resource_name: string;
            /** @description The reason as a sentence. */
            text: string;
            vault_id: string;
        };
        /** @description A message. */
        Delivery: {
            /** Format: int64 */
            attempts: number;
            created_at: string;
            ended_at: string | null;
            /** @description Why the last try failed. */
            error: string | null;
            event: string;
            id: string;
            /** @description When it is tried next. */
            next_try_at: string | null;
            state: components["schemas"]["DeliveryState"];
            subject: string;
        };
        /**
         * @description What became of a message.
         * @enum {string}
         */
        DeliveryState: "waiting" | "delivered" | "failed";
        /** @description A disk. */
        Disk: {
            /** @description `virtio`, `scsi`, ...; empty where it is attached to nothing. */
            bus: string;
            created_at: string;
            /** @description Name on the server (`vda`). */
            device: string;
            encrypted: boolean;
            /** @description The vault of its server leaves it out. */
            excluded: boolean;
            /** @description `qcow2`, `raw`. */
            format: string;
            host: string;
            id: string;
            last_backup: null | components["schemas"]["BackupRef"];
            name: string;
            server: null | components["schemas"]["ServerRef"];
            /** @description Several servers may write to it. */
            shareable: boolean;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["DiskStatus"];
            /** @description Its server boots from it. */
            system: boolean;
            task: null | components["schemas"]["Task"];
            /** @description Why it cannot be backed up, if so. */
            unsupported: string | null;
            vault: null | components["schemas"]["VaultRef"];
        };
        /** @description A disk in an estimate. */
        DiskEstimate: {
            /**
             * Format: int64
             * @description Changed since `since`, as the host's record of changes counts them; null where none
             *     continues from that backup.
             */
            changed_bytes: number | null;
            disk_id: string;
            /** @description Why the changes are not known, or all of it is read. */
            reason: string | null;
            server_id: string | null;
            /** @description Time of the backup that it is compared with. */
            since: string | null;
            /** Format: int64 */
            size_bytes: number;
        };
        /** @description A page of disks. */
        DiskList: {
            disks: components["schemas"]["Disk"][];
            /** @description Marker of the next page; null on the last one. */
            next: string | null;
            /**
             * Format: int64
             * @description Number of all that fit.
             */
            total: number;
        };
        /** @description A disk's part of a block map. */
        DiskMap: {
            /**
             * Format: int64
             * @description Bytes of the disk that a cell stands for; the last one may stand for less.
             */
            cell_bytes: number;
            /**
             * Format: int64
             * @description Number of cells, at most 1600.
             */
            cells: number;
            disk_id: string;
            name: string;
            /**
             * @description One character for each cell: `.` pending, `0` zero, `=` unchanged, `d` deduplicated, `n`
             *     new, `!` failed. Where several fit, the last of them in this order.
             */
            states: string;
        };
        /**
         * @description What happens to a disk.
         * @enum {string}
         */
        DiskStatus: "available" | "in-use" | "backing-up" | "restoring-backup" | "error_restoring";
        /** @description A policy that was removed. */
        DissociatePolicyAnswer: {
            dissociate_policy: components["schemas"]["AppliedPolicy"];
        };
        /** @description `POST .../dissociatepolicy`. */
        DissociatePolicyRequest: {
            policy_id: string;
        };
        /** @description A domain. */
        Domain: {
            /** @description What it is for. */
            description: string;
            /** @description Whether it can be used. */
            enabled: boolean;
            /** @description Id. */
            id: string;
            /** @description Where it is. */
            links: Record<string, never>;
            /** @description Name. */
            name: string;
        };
        /** @description `{"domain": {...}}`. */
        DomainAnswer: {
            domain: components["schemas"]["DomainBody"];
        };
        /** @description A domain: users, groups, roles and projects of its own. */
        DomainBody: {
            description: string;
            /** @description False: nobody logs in to it. */
            enabled: boolean;
            id: string;
            name: string;
        };
        /** @description `{"domains": [...]}`. */
        Domains: {
            /** @description The domains. */
            domains: components["schemas"]["Domain"][];
            /** @description Where this list is. */
            links: components["schemas"]["Links"];
        };
        /** @description `{"domains": [...]}`. */
        DomainsAnswer: {
            domains: components["schemas"]["DomainBody"][];
        };
        /** @description `{"server": {...}}`. */
        EcsAnswer: {
            server: components["schemas"]["EcsServer"];
        };
        /** @description A server as ECS v1 shows it: numbers as text. */
        EcsServer: {
            "OS-DCF:diskConfig": string;
            "OS-EXT-AZ:availability_zone": string;
            "OS-EXT-SRV-ATTR:root_device_name": string | null;
            /** Format: int32 */
            "OS-EXT-STS:power_state": number;
            "OS-EXT-STS:task_state": string | null;
            "OS-EXT-STS:vm_state": string;
            accessIPv4: string;
            accessIPv6: string;
            addresses: Record<string, never>;
            config_drive: string;
            created: string;
            description: string;
            enterprise_project_id: string;
            flavor: Record<string, never>;
            hostId: string;
            id: string;
            image: Record<string, never>;
            key_name: string | null;
            locked: boolean;
            metadata: Record<string, never>;
            name: string;
            "os-extended-volumes:volumes_attached": Record<string, never>[];
            /** Format: int32 */
            progress: number;
            security_groups: Record<string, never>[];
            status: string;
            tags: string[];
            tenant_id: string;
            updated: string;
            user_id: string;
        };
        /** @description `{"count", "servers"}`. */
        EcsServers: {
            /**
             * Format: int64
             * @description All servers that fit, whatever the page.
             */
            count: number;
            servers: components["schemas"]["EcsServer"][];
        };
        /** @description Where a service is. */
        Endpoint: {
            /** @description Id. */
            id: string;
            /** @description `public`. */
            interface: string;
            /** @description The region. */
            region: string;
            /** @description The same. */
            region_id: string;
            /** @description The address. */
            url: string;
        };
        /** @description An error of the CBR API and of ours. */
        ErrorBody: {
            /** @description `BackupService.NNNN`. */
            error_code: string;
            /** @description What happened and what to do, for people. */
            error_msg: string;
        };
        /**
         * @description What is to be backed up.
         * @enum {string}
         */
        EstimateKind: "server" | "disk";
        /** @description A disk's backup and the disk to write. */
        EstimateMapping: {
            disk_backup_id: string;
            disk_id: string;
        };
        /** @description Why a resource would be refused. */
        EstimateRefusal: {
            /** @description `BackupService.NNNN`. */
            code: string;
            hint: string | null;
            message: string;
            /** @description Null for what concerns all of it. */
            resource_id: string | null;
        };
        /** @description A server or disk to be backed up. */
        EstimateResource: {
            /** @description Disks of the server to leave out. */
            exclude_volumes?: string[] | null;
            id: string;
            type: components["schemas"]["EstimateKind"];
        };
        /** @description The data of an event. */
        Event: {
            /** @description The object. */
            id: string;
            /** @description As its list shows it; absent where it is removed. */
            object?: components["schemas"]["EventObject"];
            /** @description It is not there any more. */
            removed?: boolean;
        };
        /**
         * @description What may be told.
         * @enum {string}
         */
        EventName: "task_failed" | "vault_threshold" | "objective_missed" | "objective_met";
        /** @description The data of an event about an object that is there: its name says which kind it is. */
        EventObject: components["schemas"]["Task"] | components["schemas"]["Backup"] | components["schemas"]["Vault"] | components["schemas"]["Server"] | components["schemas"]["Disk"];
        /** @description What was changed. */
        ExpiryAnswer: {
            /** Format: int64 */
            affected_backups_count: number;
            /** @description `YYYY-MM-DD`. */
            new_expiration_day: string;
            /** @description Always null: it is done when this is answered, and no task is needed. */
            operation_log_id: string | null;
        };
        /** @description `PUT /vaults/{id}/update-backup-expiration-time`. */
        ExpiryRequest: {
            /** @description `YYYY-MM-DD`, in the future: they expire when this day begins. */
            expect_expiration_date: string;
            /** @description `UTC+08:00` or a name; UTC where absent. */
            time_zone?: string | null;
        };
        /** @description More of a backup. */
        ExtendInfo: {
            app_consistency: components["schemas"]["AppConsistency"];
            architecture: string | null;
            auto_trigger: boolean;
            bootable: boolean;
            contain_system_disk: boolean;
            encrypted: boolean;
            incremental: boolean;
            os_images_data: Record<string, never>[];
            /** Format: int64 */
            progress: number;
            snapshot_id: string | null;
            support_lld: boolean;
            supported_restore_mode: string;
            system_disk: boolean;
        };
        /** @description A disk's size to be. */
        Extension: {
            /**
             * Format: int64
             * @description GiB; more than it has.
             */
            new_size: number;
        };
        /** @description Who administers a new domain. */
        FirstAdministrator: {
            name: string;
            /** @description 8 characters at least, without the name. It has to be changed at the first log-in. */
            password: string;
        };
        /** @description A size of servers. */
        Flavor: {
            "OS-FLV-DISABLED:disabled": boolean;
            /** Format: int64 */
            "OS-FLV-EXT-DATA:ephemeral": number;
            /** Format: int64 */
            disk: number;
            id: string;
            links: Record<string, never>[];
            name: string;
            "os-flavor-access:is_public": boolean;
            /**
             * Format: int64
             * @description MiB.
             */
            ram: number;
            /** Format: float */
            rxtx_factor: number;
            swap: string;
            /** Format: int64 */
            vcpus: number;
        };
        /** @description `{"flavor": {...}}`. */
        FlavorAnswer: {
            flavor: components["schemas"]["Flavor"];
        };
        /** @description `{"flavors": [...]}`. */
        Flavors: {
            flavors: components["schemas"]["Flavor"][];
        };
        /** @description An object found. */
        FoundObject: {
            id: string;
            kind: components["schemas"]["ObjectKind"];
            name: string;
            parent: null | components["schemas"]["Named"];
        };
        /** @description Undoes a restore. */
        GoBackRequest: {
            /** @description Start the server afterwards; as the restore did where absent. */
            power_on?: boolean | null;
        };
        /** @description A role on a project, or on the domain (then for all of its projects). */
        Granted: {
            /** @description None for the domain. */
            project_id: string | null;
            /** @description Name of the role: `admin`, `user`, `readonly`, or another. */
            role: string;
            role_id: string;
        };
        /** @description `{"group": {...}}`. */
        GroupAnswer: {
            group: components["schemas"]["GroupBody"];
        };
        /** @description A group of users. */
        GroupBody: {
            created_at: string;
            description: string;
            domain_id: string;
            id: string;
            /** @description Its members, by name. */
            members: components["schemas"]["GroupMember"][];
            name: string;
            /** @description The roles that its members have by it. */
            roles: components["schemas"]["Granted"][];
        };
        /** @description A user in a group. */
        GroupMember: {
            id: string;
            name: string;
        };
        /** @description A group that a user is in. */
        GroupRef: {
            id: string;
            name: string;
        };
        /** @description `{"groups": [...]}`. */
        GroupsAnswer: {
            groups: components["schemas"]["GroupBody"][];
        };
        /** @description A server or disk in a vault. */
        Held: {
            /** Format: int64 */
            backup_bytes: number;
            /** Format: int64 */
            backup_count: number;
            /** @description Ids of the server's disks that are left out. */
            excluded_disks: string[];
            id: string;
            name: string;
            /** Format: int64 */
            size_bytes: number;
            state: components["schemas"]["HeldStatus"];
            type: components["schemas"]["ResourceKind"];
        };
        /**
         * @description What Coffer does with a resource of a vault.
         * @enum {string}
         */
        HeldStatus: "available" | "protecting" | "restoring" | "removing" | "error";
        /** @description What a vault took at one time. */
        HistoryPoint: {
            at: string;
            /** Format: int64 */
            size_bytes: number;
            /** Format: int64 */
            used_bytes: number;
        };
        /** @description A host. */
        Host: {
            limits: components["schemas"]["Limits"];
            /** @description The limits were set here; else they are the configuration's. */
            limits_set: boolean;
            name: string;
            /** @description Automatic backups may begin now. */
            open: boolean;
            /** @description When the windows open next; null where they are open, or never do. */
            opens_at: string | null;
            /** Format: int64 */
            running_tasks: number;
            /**
             * Format: int64
             * @description Tasks at once, also where that is the service's default.
             */
            tasks_in_force: number;
            /** Format: int64 */
            waiting_tasks: number;
        };
        /** @description `{"hosts": [...]}`. */
        HostsAnswer: {
            hosts: components["schemas"]["Host"][];
        };
        /** @description An image: a server's backup that stays. */
        Image: {
            architecture: string | null;
            backup: components["schemas"]["Named"];
            created_at: string;
            description: string;
            /** @description Empty until its backup is made. */
            disks: components["schemas"]["ImageDisk"][];
            id: string;
            /** @description The time whose content it holds. */
            instant: string | null;
            name: string;
            /** @description The server that it shows. */
            server: components["schemas"]["Named"];
            /** Format: int64 */
            size_bytes: number;
            /** @description `queued` and `saving` while its backup is made, `killed` where that came to nothing. */
            status: components["schemas"]["ImageStatus"];
            /**
             * Format: int64
             * @description What its backup added to the store.
             */
            stored_bytes: number;
            tags: string[];
        };
        /** @description `{"image": {...}}`. */
        ImageAnswer: {
            image: components["schemas"]["Image"];
        };
        /** @description A disk of an image. */
        ImageDisk: {
            disk_id: string;
            /** @description Id of the disk's backup. */
            id: string;
            name: string;
            /** Format: int64 */
            size_bytes: number;
            /** @description The disk the server boots from. */
            system: boolean;
        };
        /** @description `{"job_id": "..."}`. */
        ImageJob: {
            /** @description For `GET /v1/{project_id}/jobs/{job_id}`. It is the image's id as well. */
            job_id: string;
        };
        /** @description A project that an image is shared with. */
        ImageMember: {
            created_at: string;
            image_id: string;
            member_id: string;
            /** @description The recipient's own image, once it accepted. */
            own_image_id: string | null;
            schema: string;
            status: string;
            updated_at: string;
        };
        /** @description What the recipient says. */
        ImageMemberAnswer: {
            /** @description `accepted`, `rejected` or `pending`. */
            status: string;
            /** @description The vault that takes the image's backup; required to accept. */
            vault_id?: string | null;
        };
        /** @description `{"member": "..."}`. */
        ImageMemberRequest: {
            /** @description A project. */
            member: string;
        };
        /** @description `{"members": [...]}`. */
        ImageMembers: {
            members: components["schemas"]["ImageMember"][];
            schema: string;
        };
        /**
         * @description State of an image.
         * @enum {string}
         */
        ImageStatus: "queued" | "saving" | "active" | "killed";
        /** @description A tag. */
        ImageTag: {
            key: string;
            value?: string;
        };
        /** @description `{"images": [...]}`. */
        ImagesAnswer: {
            /** @description Newest first. */
            images: components["schemas"]["Image"][];
            /** @description `marker` of the next page; null where there is none. */
            next: string | null;
        };
        /** @description The backup that an archive became. */
        ImportAnswer: {
            backup_id: string;
            task: components["schemas"]["Task"];
        };
        /** @description A disk that takes part. */
        IncludeVolume: {
            id: string;
            os_version?: string | null;
        };
        /** @description A vault found. */
        Instance: {
            resource_detail: components["schemas"]["InstanceDetail"];
            resource_id: string;
            resource_name: string;
            tags: components["schemas"]["TagAnswer"][];
        };
        /** @description What it is. */
        InstanceDetail: {
            vault: components["schemas"]["VaultBody"];
        };
        /**
         * @description Whether to list or to count.
         * @enum {string}
         */
        InstancesAction: "filter" | "count";
        /** @description Vaults found, or their number alone. */
        InstancesAnswer: {
            resources: components["schemas"]["Instance"][] | null;
            /** Format: int64 */
            total_count: number;
        };
        /** @description `POST /vault/resource_instances/action`. */
        InstancesRequest: {
            action: components["schemas"]["InstancesAction"];
            cloud_type?: null | components["schemas"]["CloudType"];
            /** @description A number as text, 1 to 1000; 1000 where absent. */
            limit?: string | null;
            /** @description At most one. */
            matches?: components["schemas"]["Match"][] | null;
            /** @description Not all of these. */
            not_tags?: components["schemas"]["TagValues"][] | null;
            /** @description None of these. */
            not_tags_any?: components["schemas"]["TagValues"][] | null;
            object_type?: null | components["schemas"]["ObjectTypeBody"];
            /** @description A number as text; 0 where absent. */
            offset?: string | null;
            /** @description All of these. */
            tags?: components["schemas"]["TagValues"][] | null;
            /** @description One of these. */
            tags_any?: components["schemas"]["TagValues"][] | null;
            /** @description Vaults without tags; the four lists do not count then. */
            without_any_tag?: boolean | null;
        };
        /** @description `{"job_id": "..."}`. */
        JobId: {
            /** @description For `GET /v1/{project_id}/jobs/{job_id}`. */
            job_id: string;
        };
        /** @description `{"role_assignments": [...]}`. */
        KeystoneAssignments: {
            links: components["schemas"]["Links"];
            role_assignments: Record<string, never>[];
        };
        /** @description A group of users. */
        KeystoneGroup: {
            description: string;
            domain_id: string;
            id: string;
            links: Record<string, never>;
            name: string;
        };
        /** @description `{"group": {...}}`. */
        KeystoneGroupAnswer: {
            group: components["schemas"]["KeystoneGroup"];
        };
        /** @description A group to be made or changed. */
        KeystoneGroupBody: {
            description?: string | null;
            /** @description The caller's own. */
            domain_id?: string | null;
            /** @description Needed for a new one. */
            name?: string | null;
        };
        /** @description `{"group": {...}}` to make or change one. */
        KeystoneGroupRequest: {
            group: components["schemas"]["KeystoneGroupBody"];
        };
        /** @description `{"groups": [...]}`. */
        KeystoneGroups: {
            groups: components["schemas"]["KeystoneGroup"][];
            links: components["schemas"]["Links"];
        };
        /** @description A role. */
        KeystoneRole: {
            description: string;
            /** @description None for a predefined role. */
            domain_id: string | null;
            id: string;
            links: Record<string, never>;
            name: string;
        };
        /** @description `{"role": {...}}`. */
        KeystoneRoleAnswer: {
            role: components["schemas"]["KeystoneRole"];
        };
        /** @description `{"roles": [...]}`. */
        KeystoneRoles: {
            links: components["schemas"]["Links"];
            roles: components["schemas"]["KeystoneRole"][];
        };
        /** @description A user. */
        KeystoneUser: {
            default_project_id: string | null;
            description: string;
            domain_id: string;
            enabled: boolean;
            id: string;
            links: Record<string, never>;
            name: string;
        };
        /** @description `{"user": {...}}`. */
        KeystoneUserAnswer: {
            user: components["schemas"]["KeystoneUser"];
        };
        /** @description `{"users": [...]}`. */
        KeystoneUsers: {
            links: components["schemas"]["Links"];
            users: components["schemas"]["KeystoneUser"][];
        };
        /** @description Limits of a host or a vault. What is absent or null follows the service's defaults. */
        Limits: {
            /**
             * Format: int64
             * @description Of a host: bytes a second read from and written to its disks. Of a vault: bytes a second as
             *     stored. At least 1024; null for no limit.
             */
            bytes_per_second?: number | null;
            /**
             * Format: int64
             * @description Tasks at once.
             */
            tasks?: number | null;
            /** @description When automatic backups may begin, such as `mon-fri 22:00-06:00`; empty for always. */
            windows?: string[];
            /** @description Zone in which the windows are meant; UTC where null. */
            zone?: string | null;
        };
        /** @description The limits of a vault. */
        LimitsAnswer: {
            limits: components["schemas"]["Limits"];
            /** @description Automatic backups may begin now. */
            open: boolean;
            /** @description When the windows open next; null where they are open, or never do. */
            opens_at: string | null;
            /**
             * Format: int64
             * @description Tasks at once, also where that is the service's default.
             */
            tasks_in_force: number;
        };
        /** @description `{"limits": {...}}`. */
        LimitsRequest: {
            limits: components["schemas"]["Limits"];
        };
        /** @description Links of a list. */
        Links: {
            /** @description The next page. */
            next: string | null;
            /** @description The page before. */
            previous: string | null;
            /** @description This page. */
            self: string;
        };
        /** @description What a lock holds. */
        LockAnswer: {
            /** @description Not before the lock ends; null where the backup does not expire. */
            expires_at: string | null;
            locked_until: string;
        };
        /** @description `{"until": "2027-01-01T00:00:00Z"}`. */
        LockRequest: {
            /** @description RFC 3339, with a zone: in the future, at most 100 years from now, not before an earlier lock. */
            until: string;
        };
        /** @description A log-in. */
        LogIn: {
            /** @description Name of the domain; the first one where absent. */
            domain?: string | null;
            password: string;
            /** @description Name of the user. */
            user: string;
        };
        /** @description What a log-in asks for. */
        LoginInfo: {
            /** @description The name of a domain has to be asked for. */
            domains: boolean;
        };
        /** @description A disk's backup and the disk to write. */
        MappingBody: {
            backup_id: string;
            volume_id: string;
        };
        /** @description A property to match. */
        Match: {
            key: components["schemas"]["MatchKey"];
            /** @description A part of the name, at most 255 characters. */
            value: string;
        };
        /**
         * @description The properties that can be matched.
         * @enum {string}
         */
        MatchKey: "resource_name";
        /** @description One share. */
        MemberAnswer: {
            member: components["schemas"]["MemberBody"];
        };
        /** @description A share. */
        MemberBody: {
            backup_id: string;
            created_at: string;
            dest_project_id: string;
            id: string;
            image_id: string | null;
            status: string;
            updated_at: string;
            vault_id: string | null;
        };
        /** @description Shares. */
        MembersAnswer: {
            /** Format: int64 */
            count: number;
            members: components["schemas"]["MemberBody"][];
        };
        /** @description What a backed-up server was like. Texts with JSON in them, as the SDK has them. */
        MetadataAnswer: {
            backup_id: string;
            /** @description The backup. */
            backups: string;
            /** @description Its size, where the server is still there to ask. */
            flavor: string;
            floatingips: string[];
            /** @description Its network cards, where the server is still there to ask. */
            interface: string;
            ports: string[];
            /** @description The server. */
            server: string;
            /** @description Its disks. */
            volumes: string[];
            workspace: string | null;
        };
        /** @description The resources that move. */
        MigrateResourcesAnswer: {
            migrated_resources: string[];
        };
        /** @description `POST .../migrateresources`. */
        MigrateResourcesRequest: {
            destination_vault_id: string;
            /** @description 1 to 256. */
            resource_ids: string[];
        };
        /** @description `POST /v3/migrates`. */
        MigrationRequest: {
            all_regions?: boolean | null;
            /**
             * Format: double
             * @description Capacity to add to the new vaults, as a share: 0 to 1.
             */
            reservation?: number | null;
        };
        /** @description Something with an id and a name. */
        Named: {
            id: string;
            name: string;
        };
        /** @description An id and a name. */
        NamedId: {
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description An error of the identity, compute, volume and image APIs: one member, named after the kind of error. */
        NeighbourErrorBody: {
            [key: string]: {
                code: number;
                message: string;
            };
        };
        /** @description A disk to be attached. */
        NewAttachment: {
            /** @description What it is to be called: `/dev/vdb`; the next free name where absent. */
            device?: string | null;
            /** @description The disk. */
            volumeId: string;
        };
        /**
         * @description A server to be made from a whole-server image. It is what was backed up: its size and network
         *     are taken from there, so that `flavorRef`, `vpcid` and `nics` are read over.
         */
        NewCloudServer: {
            /** @description Not taken: nothing is written into a guest. */
            adminPass?: unknown;
            availability_zone?: string | null;
            /**
             * Format: int64
             * @description 1 where it is given.
             */
            count?: number | null;
            /** @description Empty: the image brings its disks along. */
            data_volumes?: Record<string, never>[] | null;
            /** @description Check the request, and make nothing. */
            dry_run?: boolean | null;
            /** @description The image. */
            imageRef?: string;
            /** @description Not taken: nothing is written into a guest. */
            key_name?: unknown;
            /** @description 1 to 64 letters, digits, `.`, `_` and `-`. */
            name?: string;
            root_volume?: null | components["schemas"]["RootVolume"];
            /** @description Not taken: nothing is written into a guest. */
            user_data?: unknown;
        };
        /** @description `{"server": {...}}`. */
        NewCloudServerRequest: {
            server: components["schemas"]["NewCloudServer"];
        };
        /** @description A disk to be made from a backup. */
        NewDisk: {
            /** @description A disk's backup, by itself or inside a server's. */
            backup_id: string;
            /** @description The host; the one that the backup is from where absent. */
            host?: string | null;
            /** @description 1 to 64 letters, digits, `.`, `_`, `-`; made up where absent. */
            name?: string | null;
            /**
             * Format: int64
             * @description At least the backed-up disk's size, which it is where absent; whole sectors of 512 bytes.
             */
            size_bytes?: number | null;
        };
        /** @description `{"disk": {...}}`. */
        NewDiskRequest: {
            disk: components["schemas"]["NewDisk"];
        };
        /** @description An image to be made of a backup, or of a server that is backed up first. */
        NewImageBody: {
            /** @description A server's backup that holds its system disk. It has one image at most. */
            backup_id?: string | null;
            /** @description At most 1024 characters. */
            description?: string | null;
            /** @description 1 to 128 letters, digits, `-`, `.`, `_` and spaces; no other image of the project has it. */
            name: string;
            /** @description A server instead of a backup; `vault_id` is required then. */
            server_id?: string | null;
            /** @description At most 10, of 1 to 80 characters. */
            tags?: string[] | null;
            /** @description The vault that the server's backup goes into. */
            vault_id?: string | null;
        };
        /** @description `{"image": {...}}`. */
        NewImageRequest: {
            image: components["schemas"]["NewImageBody"];
        };
        /** @description An access key just made; the secret is not shown again. */
        NewKey: {
            access: string;
            description: string;
            secret: string;
        };
        /** @description `{"access_key": {...}}`. */
        NewKeyAnswer: {
            access_key: components["schemas"]["NewKey"];
        };
        /** @description A server to be made from a backup or image. */
        NewServer: {
            /** @description A server's backup. */
            backup_id?: string | null;
            /** @description The host; the one that the backup is from where absent. */
            host?: string | null;
            /** @description An image instead of a backup. */
            image_id?: string | null;
            /**
             * @description Start it at once, straight from the backup; its disks are filled while it runs, and the task
             *     ends when they are whole. Ended before, the server goes. False where absent.
             */
            instant?: boolean;
            /**
             * @description Keep UUID and addresses of the network cards: only once the old server is gone. False where
             *     absent.
             */
            keep_identity?: boolean;
            /** @description 1 to 64 letters, digits, `.`, `_`, `-`; no other server on the host has it. */
            name: string;
            /** @description Network of all its cards, by its name on the host; as they were where absent. */
            network?: string | null;
            /** @description Start it once it is there; false where absent. */
            power_on?: boolean;
        };
        /** @description `{"server": {...}}`. */
        NewServerRequest: {
            server: components["schemas"]["NewServer"];
        };
        /** @description A disk to be made. */
        NewVolume: {
            /** @description A disk's backup; the disk is empty where absent. */
            backup_id?: string | null;
            /**
             * Format: int64
             * @description 1 where it is given.
             */
            count?: number | null;
            /** @description The host that makes an empty disk, where there are several (not in Cinder). */
            host?: string | null;
            /** @description Not taken: images are whole servers. */
            imageRef?: unknown;
            name?: string | null;
            /**
             * Format: int64
             * @description GiB; of a disk from a backup as it was where absent.
             */
            size?: number | null;
            /** @description Not taken: there are no snapshots. */
            snapshot_id?: unknown;
        };
        /** @description `{"volume": {...}}`. */
        NewVolumeRequest: {
            volume: components["schemas"]["NewVolume"];
        };
        /** @description A run of a policy to come. */
        NextRun: {
            at: string;
            policy_id: string;
            policy_name: string;
            vault_id: string;
            vault_name: string;
        };
        /** @description A run to come. */
        NextRunBody: {
            /** @description UTC. */
            at: string;
            /** @description The zone's clocks change between the run before and this one. */
            clock_changed: boolean;
            /** @description With the offset of the policy's zone. */
            local: string;
        };
        /** @description A page of a list in which there is nothing. */
        NoAgents: {
            agents: Record<string, never>[];
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            offset: number;
        };
        /** @description Policies over several accounts: none. */
        NoOrganizationPolicies: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            offset: number;
            policies: Record<string, never>[];
        };
        /** @description A server as Nova 2.1 shows it. */
        NovaServer: {
            "OS-DCF:diskConfig": string;
            "OS-EXT-AZ:availability_zone": string;
            "OS-EXT-SRV-ATTR:root_device_name": string | null;
            /** Format: int32 */
            "OS-EXT-STS:power_state": number;
            "OS-EXT-STS:task_state": string | null;
            "OS-EXT-STS:vm_state": string;
            "OS-SRV-USG:launched_at": string | null;
            "OS-SRV-USG:terminated_at": string | null;
            accessIPv4: string;
            accessIPv6: string;
            addresses: Record<string, never>;
            config_drive: string;
            created: string;
            flavor: Record<string, never>;
            hostId: string;
            id: string;
            /** @description Empty: servers boot from their disks. */
            image: string;
            key_name: string | null;
            links: Record<string, never>[];
            metadata: Record<string, never>;
            name: string;
            "os-extended-volumes:volumes_attached": components["schemas"]["Attached"][];
            /** Format: int32 */
            progress: number;
            security_groups: Record<string, never>[];
            /** @description `ACTIVE`, `SHUTOFF`, `PAUSED`, `ERROR`. */
            status: string;
            tenant_id: string;
            updated: string;
            user_id: string;
        };
        /**
         * @description Kinds of objects.
         * @enum {string}
         */
        ObjectKind: "server" | "disk" | "vault" | "backup" | "task";
        /**
         * @description What a vault takes.
         * @enum {string}
         */
        ObjectTypeBody: "server" | "disk" | "turbo";
        /** @description `{"hours": 24}`. */
        Objective: {
            /**
             * Format: int64
             * @description The longest time without a good backup, 1 to 87600 hours; null where what the policy says
             *     holds.
             */
            hours?: number | null;
        };
        /** @description The protected resource whose newest backup is the oldest. */
        OldestBackup: {
            at: string;
            resource: components["schemas"]["ResourceRef"];
        };
        /** @description A session that is good. */
        OpenSession: {
            /** @description Where the log-in came from. */
            address: string;
            /** @description What the browser says it is. */
            agent: string;
            created_at: string;
            /** @description It is the one of this request. */
            current: boolean;
            expires_at: string;
            id: string;
            /** @description To the minute. */
            last_seen_at: string;
        };
        /** @description `POST /organization-policies`. */
        OrganizationPolicyRequest: {
            policy: Record<string, never>;
        };
        /** @description All that matters of a project, on one page. */
        Overview: {
            /** @description Disks that can be backed up. */
            disks: components["schemas"]["ProtectedCount"];
            /** @description Tasks that failed in the last 24 hours, newest first (at most 50). */
            failures: components["schemas"]["Task"][];
            /** @description Runs of policies in the next 24 hours. */
            next_runs: components["schemas"]["NextRun"][];
            /**
             * Format: int64
             * @description Servers and disks in vaults of which nothing is asked: no objective is set, and no policy of
             *     their vault runs. They are not safe only where a backup is missing, failed or older than a week.
             */
            nothing_asked: number;
            oldest_last_good_backup: null | components["schemas"]["OldestBackup"];
            /** @description Vaults whose recovery key nobody has shown to be kept (at most 50). */
            recovery_keys_unconfirmed: components["schemas"]["VaultRef"][];
            /** @description Tasks that run or wait, oldest first (at most 50). */
            running: components["schemas"]["Task"][];
            servers: components["schemas"]["ProtectedCount"];
            /** @description What is not safe, worst first; reasons that concern nothing are left out. */
            unsafe: components["schemas"]["UnsafeGroup"][];
            /**
             * Format: int64
             * @description Number of servers and detached disks that are in one of the groups.
             */
            unsafe_total: number;
            vaults: components["schemas"]["Capacity"];
        };
        /** @description Policies. */
        PoliciesAnswer: {
            /** Format: int64 */
            count: number;
            policies: components["schemas"]["PolicyBody"][];
        };
        /** @description One policy. */
        PolicyAnswer: {
            policy: components["schemas"]["PolicyBody"];
        };
        /** @description A policy. */
        PolicyBody: {
            associated_vaults: components["schemas"]["AssociatedVault"][];
            enabled: boolean;
            id: string;
            name: string;
            /** @description Coffer's own. When it runs next, UTC; null where it is disabled or applied to no vault. */
            next_run_at: string | null;
            operation_definition: components["schemas"]["DefinitionBody"];
            operation_type: string;
            policy_type: string;
            trigger: components["schemas"]["TriggerBody"];
        };
        /** @description A policy: what it denies is denied, whatever is allowed. */
        PolicyDocument: {
            /** @description 1 to 8. */
            Statement: components["schemas"]["PolicyStatement"][];
            /** @description `1.1`. */
            Version: string;
        };
        /**
         * @description What a statement does.
         * @enum {string}
         */
        PolicyEffect: "Allow" | "Deny";
        /** @description A policy, in short. */
        PolicyRef: {
            enabled: boolean;
            id: string;
            name: string;
        };
        /** @description What to do with some actions. */
        PolicyStatement: {
            /** @description 1 to 100 actions, `service:type:operation`; `*` stands for any characters in a part. */
            Action: string[];
            /** @description `Allow` or `Deny`. */
            Effect: components["schemas"]["PolicyEffect"];
        };
        /** @description `{"job_id": "..."}`. */
        PowerJobAnswer: {
            /** @description For `GET /v1/{project_id}/jobs/{job_id}`. */
            job_id: string;
        };
        /** @description Starts, stops or restarts a server. */
        PowerRequest: {
            action: components["schemas"]["PowerVerb"];
            /** @description Switch off, or reset, without asking the guest. */
            force?: boolean;
        };
        /**
         * @description What to do with a server.
         * @enum {string}
         */
        PowerVerb: "start" | "stop" | "restart";
        /** @description What a policy is going to do. */
        PreviewAnswer: {
            preview: components["schemas"]["PreviewBody"];
        };
        /** @description What a policy is going to do, every run taken to succeed. */
        PreviewBody: {
            /** @description Which backups that exist would go, soonest first. */
            deletions: components["schemas"]["DeletionBody"][];
            /** @description The next ten runs; none where the policy is disabled. */
            next_runs: components["schemas"]["NextRunBody"][];
            /** @description Until when the deletions are known, UTC. */
            until: string;
        };
        /** @description A policy that need not be stored. */
        PreviewRequest: {
            policy: components["schemas"]["CreatePolicy"];
            /** @description The stored policy whose place it would take. */
            policy_id?: string | null;
            /** @description The vaults to look at; those of `policy_id` where absent. */
            vault_ids?: string[] | null;
        };
        /** @description `{"priority": 60}`. */
        PriorityRequest: {
            /**
             * Format: int64
             * @description 0 (last) to 100 (first). Restores have 80, what is asked for by hand 60, automatic backups
             *     40. An automatic backup that is raised to 60 or more does not wait for its window.
             */
            priority: number;
        };
        /** @description A project. */
        Project: {
            /** @description What it is for. */
            description: string;
            /** @description Its domain. */
            domain_id: string;
            /** @description Whether it can be used. */
            enabled: boolean;
            /** @description Id. */
            id: string;
            /** @description Always false. */
            is_domain: boolean;
            /** @description Where it is. */
            links: Record<string, never>;
            /** @description Name. */
            name: string;
            /** @description Its domain: projects are not nested. */
            parent_id: string;
        };
        /** @description `{"project": {...}}`. */
        ProjectAnswer: {
            /** @description The project. */
            project: components["schemas"]["Project"];
        };
        /** @description A project. */
        ProjectName: {
            project_id: string;
            project_name: string;
        };
        /** @description A key with its values. */
        ProjectTag: {
            key: string;
            values: string[];
        };
        /** @description The tags of all vaults of a project. */
        ProjectTagsAnswer: {
            tags: components["schemas"]["ProjectTag"][];
        };
        /** @description `{"projects": [...]}`. */
        Projects: {
            /** @description Where this list is. */
            links: components["schemas"]["Links"];
            /** @description The projects. */
            projects: components["schemas"]["Project"][];
        };
        /** @description Projects of an account. */
        ProjectsAnswer: {
            projects: components["schemas"]["ProjectName"][];
        };
        /**
         * @description Backups, or replicas of backups.
         * @enum {string}
         */
        ProtectKind: "backup" | "replication";
        /**
         * @description Backups, or replicas of backups.
         * @enum {string}
         */
        ProtectType: "backup" | "replication";
        /** @description How many there are, and how many of them are in a vault. */
        ProtectedCount: {
            /** Format: int64 */
            protected: number;
            /** Format: int64 */
            total: number;
        };
        /** @description A protected resource. */
        ProtectedResource: {
            id: string;
            /** @description When its newest good backup was there. */
            last_good_at: string | null;
            name: string;
            next_run_at: string | null;
            /**
             * Format: int64
             * @description The longest time without a good backup that is allowed; null where nothing is asked.
             */
            objective_hours: number | null;
            /** @description Null where nothing is asked. */
            objective_met: boolean | null;
            policy_enabled: boolean | null;
            policy_id: string | null;
            policy_name: string | null;
            /** @description `server` or `disk`. */
            type: string;
            vault_id: string;
            vault_name: string;
        };
        /** @description `{"resources": [...]}`. */
        ProtectionReport: {
            /**
             * Format: int64
             * @description Resources that are asked for something.
             */
            asked: number;
            /** @description When it was made. */
            at: string;
            /**
             * Format: int64
             * @description Those of them that have it.
             */
            met: number;
            project_id: string;
            /** @description By name. */
            resources: components["schemas"]["ProtectedResource"][];
        };
        /** @description A quota. */
        QuotaUse: {
            /**
             * Format: int64
             * @description Null for no quota.
             */
            most: number | null;
            /** Format: int64 */
            used: number;
        };
        /** @description The quotas of a project. */
        QuotaUses: {
            backups: components["schemas"]["QuotaUse"];
            /** @description What the capacities of the vaults add up to. */
            capacity_gib: components["schemas"]["QuotaUse"];
            images: components["schemas"]["QuotaUse"];
            /** @description Of both types together. Whatever the quota, the service allows 32 of each type. */
            policies: components["schemas"]["QuotaUse"];
            vaults: components["schemas"]["QuotaUse"];
        };
        /** @description All quotas of a project: null, or absent, for no limit. */
        Quotas: {
            /** Format: int64 */
            backups?: number | null;
            /** Format: int64 */
            capacity_gib?: number | null;
            /**
             * Format: int64
             * @description Null for no limit; as it is where absent, unlike the others, which older clients know.
             */
            images?: number | null;
            /** Format: int64 */
            policies?: number | null;
            /** Format: int64 */
            vaults?: number | null;
        };
        /** @description `{"quotas": {...}}`. */
        QuotasAnswer: {
            quotas: components["schemas"]["QuotaUses"];
        };
        /** @description `{"quotas": {...}}`. */
        QuotasRequest: {
            quotas: components["schemas"]["Quotas"];
        };
        /** @description A recovery key: shown once. */
        RecoveryKeyAnswer: {
            fingerprint: string;
            /** @description The content of the file to be kept; `coffer repo --key-file` reads it. */
            text: string;
        };
        /** @description What is known of a vault's recovery key. */
        RecoveryKeyState: {
            /** @description When somebody showed that it is kept; null: somebody should. */
            confirmed_at: string | null;
            /** @description Tells the key that was given out last from others; null where none was. */
            fingerprint: string | null;
            made_at: string | null;
        };
        /** @description A region. */
        Region: {
            name: string;
            replication_destinations: string[];
        };
        /** @description `POST /agents`. */
        RegisterAgentRequest: {
            agent: Record<string, never>;
        };
        /** @description The resources dissociated. */
        RemoveResourcesAnswer: {
            remove_resource_ids: string[];
        };
        /** @description `POST .../removeresources`. */
        RemoveResourcesRequest: {
            /** @description 1 to 256. */
            resource_ids: string[];
        };
        /** @description A new name, a new description, or both. */
        RenameBackup: {
            /** @description At most 255 characters (ours). */
            description?: string | null;
            /** @description 1 to 64 of letters, digits, `_`, `-`. */
            name?: string | null;
        };
        /** @description `PUT /backups/{id}`. */
        RenameBackupRequest: {
            backup: components["schemas"]["RenameBackup"];
        };
        /** @description Where to. */
        ReplicateBackup: {
            description?: string | null;
            destination_project_id: string;
            /** @description At most 255 characters. */
            destination_region: string;
            destination_vault_id: string;
            name?: string | null;
        };
        /** @description `POST /backups/{id}/replicate`. */
        ReplicateBackupRequest: {
            replicate: components["schemas"]["ReplicateBackup"];
        };
        /** @description What and where to. */
        ReplicateVault: {
            auto_trigger?: boolean | null;
            destination_project_id: string;
            /** @description At most 255 characters. */
            destination_region: string;
            destination_vault_id: string;
            vault_id: string;
        };
        /** @description The wrapped form. */
        ReplicateVaultInner: {
            replicate: components["schemas"]["ReplicateVault"];
        };
        /** @description `POST /checkpoints/replicate`. One client wraps it once more in `checkpoint`. */
        ReplicateVaultRequest: {
            checkpoint?: null | components["schemas"]["ReplicateVaultInner"];
            replicate?: null | components["schemas"]["ReplicateVault"];
        };
        /** @description A resource to associate, or to back up. */
        ResourceCreate: {
            extra_info?: null | components["schemas"]["ResourceExtraRequest"];
            /** @description The server or disk. */
            id: string;
            /** @description At most 255 characters. */
            name?: string | null;
            type: components["schemas"]["ResourceTypeBody"];
        };
        /** @description Which disks of a server take part. */
        ResourceExtraRequest: {
            exclude_volumes?: string[] | null;
            include_volumes?: components["schemas"]["IncludeVolume"][] | null;
        };
        /**
         * @description What a vault or a backup is about.
         * @enum {string}
         */
        ResourceKind: "server" | "disk";
        /** @description A server or disk, in short. */
        ResourceRef: {
            id: string;
            name: string;
            type: components["schemas"]["ResourceKind"];
        };
        /** @description A tag. */
        ResourceTag: {
            /** @description 1 to 36 letters, digits, `_`, `-`. */
            key: string;
            /** @description At most 43 letters, digits, `_`, `-`, `.`. */
            value?: string;
        };
        /**
         * @description What to do with tags.
         * @enum {string}
         */
        ResourceTagAction: "create" | "delete";
        /** @description `{"action": "create", "tags": [...]}`. */
        ResourceTagRequest: {
            action: components["schemas"]["ResourceTagAction"];
            /** @description At most 20. */
            tags: components["schemas"]["ResourceTag"][];
        };
        /** @description `{"tags": [...]}`. */
        ResourceTags: {
            /** @description By key. */
            tags: components["schemas"]["ResourceTag"][];
        };
        /**
         * @description Types of resources.
         * @enum {string}
         */
        ResourceTypeBody: "OS::Nova::Server" | "OS::Cinder::Volume" | "OS::Sfs::Turbo";
        /** @description What to restore to, as in the CBR API, and a way back. */
        Restore: {
            /**
             * @description For a server backup: the disks to write. Every disk goes back to where it came from where
             *     this is empty.
             */
            mappings?: components["schemas"]["RestoreMapping"][] | null;
            /** @description Start the server afterwards; true where absent. */
            power_on?: boolean | null;
            /** @description Back up what is on the disks first, with the server off; false where absent. */
            safety_backup?: boolean | null;
            /**
             * Format: int64
             * @description How long the safety backup is kept: 1 to 99999 days, or -1 for ever; 30 where absent.
             */
            safety_retention_days?: number | null;
            /** @description For a server backup. */
            server_id?: string | null;
            /** @description Stop the server first. True where absent for a server backup, false for a disk's. */
            stop_server?: boolean | null;
            /**
             * Format: int64
             * @description How long the guest may take to shut down before it is switched off, 0 to 3600 s; 180 where
             *     absent.
             */
            stop_timeout?: number | null;
            /** @description For a disk backup. */
            volume_id?: string | null;
        };
        /** @description What to restore to. */
        RestoreBackup: {
            /** @description For a server backup; every disk goes back to where it came from where this is empty. */
            mappings?: components["schemas"]["MappingBody"][] | null;
            /** @description Start the server afterwards; true where absent. */
            power_on?: boolean | null;
            /** @description For a server backup. */
            server_id?: string | null;
            /** @description Stop the server first (ours). True where absent for a server backup, false for a disk's. */
            stop_server?: boolean | null;
            /**
             * Format: int64
             * @description How long the guest may take to shut down before it is switched off (ours), 0 to 3600 s.
             */
            stop_timeout?: number | null;
            /** @description For a disk backup. */
            volume_id?: string | null;
        };
        /** @description `POST /backups/{id}/restore`. */
        RestoreBackupRequest: {
            restore: components["schemas"]["RestoreBackup"];
        };
        /** @description A disk in an estimate of a restore. */
        RestoreDiskEstimate: {
            /** @description The disk's backup. */
            backup_id: string;
            /** @description The disk to be written; null where there is none for it. */
            disk_id: string | null;
            /** @description False where these are the most it can be: the server runs. */
            exact: boolean;
            /** @description Why all of it is written, if so. */
            reason: string | null;
            /** @description Why this disk cannot be written, if so. */
            refusal: string | null;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: int64
             * @description So many are written: what differs from the disk, where the host knows that; null where
             *     nothing is known. See `exact`.
             */
            write_bytes: number | null;
            /**
             * Format: int64
             * @description So many are made zero besides, which takes no space.
             */
            zero_bytes: number | null;
        };
        /** @description What a restore would write. */
        RestoreEstimate: {
            disks: components["schemas"]["RestoreDiskEstimate"][];
            /**
             * @description False where `write_bytes` is the most it can be: a running server's changes are counted,
             *     but not where they lie.
             */
            exact: boolean;
            refusals: components["schemas"]["EstimateRefusal"][];
            safety: null | components["schemas"]["SafetyEstimate"];
            /** Format: int64 */
            seconds: number | null;
            server: null | components["schemas"]["RestoreServer"];
            /**
             * Format: int64
             * @description Size of the disks to be written.
             */
            size_bytes: number;
            /**
             * Format: int64
             * @description Bytes to be written in all; null where that is not known for some disk.
             */
            write_bytes: number | null;
        };
        /** @description A restore that might be made. */
        RestoreEstimateRequest: {
            backup_id: string;
            /** @description Every disk goes back to where it came from where this is empty. */
            mappings?: components["schemas"]["EstimateMapping"][] | null;
        };
        /** @description Where to. */
        RestoreFile: {
            /** @description A new file on the service's host, in a directory that the configuration allows. */
            path: string;
        };
        /** @description Restore to a file. */
        RestoreFileRequest: {
            restore: components["schemas"]["RestoreFile"];
        };
        /** @description A disk's backup and the disk to write. */
        RestoreMapping: {
            backup_id: string;
            volume_id: string;
        };
        /** @description `{"restore": {...}}`. */
        RestoreRequest: {
            restore: components["schemas"]["Restore"];
        };
        /** @description The server that a restore concerns. */
        RestoreServer: {
            id: string;
            name: string;
            status: components["schemas"]["ServerStatus"];
            /** @description It runs, and would be shut down. */
            will_stop: boolean;
        };
        /** @description What somebody may do: patterns of actions (`cbr:*:get*`), each part of which may have `*`. */
        Rights: {
            /** @description Denied, whatever is allowed. */
            deny: string[];
            /** @description Each may allow, by itself, what none denies. */
            roles: components["schemas"]["Allowed"][];
        };
        /** @description `{"role": {...}}`. */
        RoleAnswer: {
            role: components["schemas"]["RoleBody"];
        };
        /** @description A role. */
        RoleBody: {
            /** @description None for a predefined role. */
            created_at: string | null;
            description: string;
            id: string;
            name: string;
            policy: components["schemas"]["PolicyDocument"];
            /** @description One that every domain has; it cannot be changed. */
            predefined: boolean;
            /** @description None for a predefined role. */
            updated_at: string | null;
            /**
             * @description Patterns of the policy that cover no action of this service: spelt wrongly, or meant for
             *     another service.
             */
            without_effect: string[];
        };
        /** @description `{"roles": [...]}`. */
        RolesAnswer: {
            roles: components["schemas"]["RoleBody"][];
        };
        /** @description The system disk of a server to be made. */
        RootVolume: {
            /**
             * Format: int64
             * @description GiB; as it is in the image where absent.
             */
            size?: number | null;
        };
        /** @description A safety backup that might be made. */
        SafetyEstimate: {
            /** @description What would be read has room, even if none of it is a duplicate. */
            fits: boolean;
            /**
             * Format: int64
             * @description Bytes to be read; null where that is not known beforehand.
             */
            read_bytes: number | null;
            refusal: null | components["schemas"]["EstimateRefusal"];
            /** Format: int64 */
            remaining_bytes: number;
            vault: null | components["schemas"]["Named"];
        };
        /** @description `{"objects": [...]}`. */
        SearchAnswer: {
            /** @description At most 20: best first. */
            objects: components["schemas"]["FoundObject"][];
        };
        /** @description A server. */
        Server: {
            addresses: string[];
            architecture: string;
            /** Format: int64 */
            backup_count: number;
            created_at: string;
            /** Format: int64 */
            disk_bytes: number;
            /** Format: int64 */
            disk_count: number;
            disks: components["schemas"]["Disk"][];
            /** @description Name of its host in the configuration. */
            host: string;
            id: string;
            last_backup: null | components["schemas"]["BackupRef"];
            /** Format: int64 */
            memory_mib: number;
            name: string;
            /** @description It may be stopped or restarted now. */
            restart_allowed: boolean;
            /** @description Why it may not. */
            restart_reason: string | null;
            /** @description It is on its way down. */
            shutting_down: boolean;
            status: components["schemas"]["ServerStatus"];
            task: null | components["schemas"]["Task"];
            updated_at: string;
            vault: null | components["schemas"]["VaultRef"];
            /** Format: int64 */
            vcpus: number;
        };
        /** @description `{"server": {...}}`. */
        ServerAnswer: {
            server: components["schemas"]["NovaServer"];
        };
        /** @description A page of servers. */
        ServerList: {
            /** @description Marker of the next page; null on the last one. */
            next: string | null;
            servers: components["schemas"]["Server"][];
            /**
             * Format: int64
             * @description Number of all that fit.
             */
            total: number;
        };
        /** @description Id, name and address of a server. */
        ServerName: {
            id: string;
            links: Record<string, never>[];
            name: string;
        };
        /** @description `{"servers": [...]}`, short. */
        ServerNames: {
            servers: components["schemas"]["ServerName"][];
            servers_links?: Record<string, never>[];
        };
        /** @description A server, in short. */
        ServerRef: {
            id: string;
            name: string;
            status: components["schemas"]["ServerStatus"];
        };
        /**
         * @description Whether a server runs.
         * @enum {string}
         */
        ServerStatus: "ACTIVE" | "SHUTOFF" | "PAUSED" | "ERROR";
        /** @description `{"servers": [...]}`, in full. */
        Servers: {
            servers: components["schemas"]["NovaServer"][];
            servers_links?: Record<string, never>[];
        };
        /** @description `{product, version, region, login}`. */
        ServiceInfo: {
            login: components["schemas"]["LoginInfo"];
            product: string;
            region: string;
            version: string;
        };
        /** @description Who is logged in, and what for. */
        Session: {
            /** @description May administer users and projects. */
            domain_admin: boolean;
            /** @description What it may do in its domain, with users, roles and projects. */
            domain_rights: components["schemas"]["Rights"];
            /** @description When it ends in any case. */
            expires_at: string;
            /** @description The one of them to begin with: the user's default project, or the first. */
            home_project_id: string | null;
            /** @description When it ends if nothing more is asked for. */
            idle_expires_at: string;
            /** @description Nothing else may be done before another password is set. */
            must_change_password: boolean;
            /** @description When the password stops to be good; none where passwords last. */
            password_expires_at: string | null;
            /** @description Those in which the user has a role, by name. */
            projects: components["schemas"]["SessionProject"][];
            region: string;
            user: components["schemas"]["SessionUser"];
            /** @description Of the service. */
            version: string;
        };
        /** @description A project in which a user has a role. */
        SessionProject: {
            id: string;
            name: string;
            /** @description What it may do there. */
            rights: components["schemas"]["Rights"];
            /** @description Names of its roles there: `admin`, `user`, `readonly`, or others. */
            roles: string[];
        };
        /** @description The user of a session. */
        SessionUser: {
            domain_id: string;
            domain_name: string;
            id: string;
            name: string;
        };
        /** @description `{"sessions": [...]}`. */
        SessionsAnswer: {
            sessions: components["schemas"]["OpenSession"][];
        };
        /** @description `{"password", "original_password"}`. */
        SetPassword: {
            /** @description The next log-in has to set another one; for passwords of others. */
            must_change_password?: boolean;
            /** @description The old one; needed for one's own. */
            original_password?: string | null;
            /** @description The new one: 8 characters at least. */
            password: string;
        };
        /**
         * @description Whether policies leave resources out, or take them again.
         * @enum {string}
         */
        SetResourcesAction: "suspend" | "unsuspend";
        /** @description The resources changed. */
        SetResourcesAnswer: {
            set_resource_ids: string[];
        };
        /** @description `PUT .../set-resources`. */
        SetResourcesRequest: {
            action: components["schemas"]["SetResourcesAction"];
            /** @description 1 to 256. */
            resource_ids: string[];
        };
        /** @description `POST /vault/{id}/tags`. */
        SetTagRequest: {
            tag: components["schemas"]["TagRequest"];
        };
        /**
         * @description How bad it is.
         * @enum {string}
         */
        Severity: "warning" | "error";
        /** @description `POST /backups/{id}/members`. */
        ShareRequest: {
            /** @description 1 to 10 projects. */
            members: string[];
        };
        /** @description A project and its account. */
        SourceAnswer: {
            domain_id: string;
            domain_name: string;
            project_id: string;
            project_name: string;
        };
        /**
         * @description Steps of a restore.
         * @enum {string}
         */
        StepName: "stop" | "safety_backup" | "write" | "start";
        /**
         * @description Where a step stands.
         * @enum {string}
         */
        StepStatus: "waiting" | "running" | "done" | "failed";
        /** @description A subscription. */
        Subscription: {
            /** @description Addresses of mails. */
            addresses: string[] | null;
            created_at: string;
            enabled: boolean;
            events: components["schemas"]["EventName"][];
            id: string;
            kind: components["schemas"]["ChannelKind"];
            name: string;
            /** @description Webhooks are signed with a secret; the secret itself is never shown. */
            signed: boolean;
            updated_at: string;
            /** @description Address of a webhook. */
            url: string | null;
        };
        /** @description `{"subscription": {...}}`. */
        SubscriptionAnswer: {
            subscription: components["schemas"]["Subscription"];
        };
        /** @description What to set; what is absent stays, or is the default for a new one. */
        SubscriptionBody: {
            /** @description Where mails go, 1 to 20 addresses. */
            addresses?: string[] | null;
            enabled?: boolean | null;
            /** @description All of them where absent for a new one. */
            events?: components["schemas"]["EventName"][] | null;
            /** @description 1 to 64 characters; needed for a new one. */
            name?: string | null;
            /** @description Signs webhooks, 16 to 256 characters; an empty one ends that. */
            secret?: string | null;
            /** @description Where a webhook goes; a new one has either this or `addresses`. */
            url?: string | null;
        };
        /** @description A subscription with what was told to it. */
        SubscriptionDetail: {
            /** @description The newest 50, newest first. */
            deliveries: components["schemas"]["Delivery"][];
            subscription: components["schemas"]["Subscription"];
        };
        /** @description `{"subscription": {...}}` to make or change one. */
        SubscriptionRequest: {
            subscription: components["schemas"]["SubscriptionBody"];
        };
        /** @description `{"subscriptions": [...]}`. */
        SubscriptionsAnswer: {
            /** @description By name. */
            subscriptions: components["schemas"]["Subscription"][];
        };
        /** @description Capacity and use of all vaults of a project. */
        SummaryAnswer: {
            /**
             * Format: int64
             * @description GB.
             */
            size: number;
            /**
             * Format: int64
             * @description GB, rounded up.
             */
            used_size: number;
        };
        /** @description `POST /backups/sync`. */
        SyncBackupsRequest: {
            /** @description 1 to 50. */
            sync: Record<string, never>[];
        };
        /** @description The vault. */
        SyncVault: {
            auto_trigger?: boolean | null;
            vault_id: string;
        };
        /** @description `POST /checkpoints/sync`. */
        SyncVaultRequest: {
            sync: components["schemas"]["SyncVault"];
        };
        /** @description A tag with its value. */
        TagAnswer: {
            key: string;
            value: string;
        };
        /** @description A tag. */
        TagBody: {
            key: string;
            value: string;
        };
        /** @description `{"tags": {"key": "value"}}`. */
        TagMap: {
            /** @description At most 20. */
            tags: {
                [key: string]: string;
            };
        };
        /** @description A tag. */
        TagRequest: {
            /** @description 1 to 36 characters. */
            key: string;
            /** @description At most 43 characters. */
            value?: string | null;
        };
        /** @description A key and the values it may have. */
        TagValues: {
            /** @description 1 to 127 characters. */
            key: string;
            /** @description At most 20 of at most 255 characters; any value where empty. */
            values?: string[] | null;
        };
        /**
         * @description What to do with tags.
         * @enum {string}
         */
        TagsAction: "create" | "delete";
        /** @description `POST /vault/{id}/tags/action`. */
        TagsActionRequest: {
            action: components["schemas"]["TagsAction"];
            /** @description 1 to 20. Keys unique where they are created. */
            tags: components["schemas"]["TagRequest"][];
        };
        /** @description The tags of a vault. */
        TagsAnswer: {
            /** @description Tags of the system: there are none. */
            sys_tags: components["schemas"]["TagAnswer"][];
            tags: components["schemas"]["TagAnswer"][];
        };
        /** @description A task. */
        Task: {
            /**
             * Format: int64
             * @description How often it was begun.
             */
            attempt: number;
            backup: null | components["schemas"]["Named"];
            /**
             * Format: int64
             * @description Of the bytes gone through, since it was begun; null until some are.
             */
            bytes_per_second: number | null;
            can_cancel: boolean;
            /** @description It is a restore that can be undone from its safety backup. */
            can_go_back: boolean;
            /** @description It failed, and can be tried again. */
            can_retry: boolean;
            cancel_requested: boolean;
            checkpoint_id: string | null;
            created_at: string;
            /** Format: int64 */
            done_bytes: number;
            ended_at: string | null;
            error: null | components["schemas"]["TaskError"];
            id: string;
            /** @description The API's `operation_type`. */
            kind: components["schemas"]["TaskKind"];
            /** Format: int64 */
            new_bytes: number;
            phase: components["schemas"]["TaskPhase"];
            /**
             * Format: int64
             * @description Percent, 0 to 100.
             */
            progress: number;
            /** Format: int64 */
            read_bytes: number;
            resource: null | components["schemas"]["ResourceRef"];
            safety_backup: null | components["schemas"]["Named"];
            /** Format: int64 */
            seconds_left: number | null;
            started_at: string | null;
            state: components["schemas"]["TaskStatus"];
            /** @description The steps of a restore, in their order; of other tasks none. */
            steps: components["schemas"]["TaskStep"][];
            /** Format: int64 */
            stored_bytes: number;
            /** Format: int64 */
            total_bytes: number;
            vault: null | components["schemas"]["Named"];
        };
        /** @description Why a task failed. */
        TaskError: {
            /** @description `BackupService.NNNN`. */
            code: string;
            /** @description What the user can do. */
            hint: string | null;
            message: string;
        };
        /**
         * @description What a task does.
         * @enum {string}
         */
        TaskKind: "backup" | "restore" | "delete" | "vault_delete" | "remove_resource" | "migrate" | "create_disk" | "create_server" | "import";
        /** @description A page of tasks. */
        TaskList: {
            /** @description Marker of the next page; null on the last one. */
            next: string | null;
            tasks: components["schemas"]["Task"][];
            /**
             * Format: int64
             * @description Number of all that fit.
             */
            total: number;
        };
        /** @description The block map of a task. */
        TaskMap: {
            disks: components["schemas"]["DiskMap"][];
        };
        /**
         * @description Where a task is.
         * @enum {string}
         */
        TaskPhase: "queued" | "preparing" | "copying" | "finishing" | "ended";
        /**
         * @description State of a task.
         * @enum {string}
         */
        TaskStatus: "waiting" | "running" | "success" | "failed" | "skipped" | "timeout";
        /** @description A step of a task. */
        TaskStep: {
            state: components["schemas"]["StepStatus"];
            step: components["schemas"]["StepName"];
        };
        /** @description `{"delivery_id": "..."}`. */
        TestAnswer: {
            /** @description The message, as the subscription's deliveries show it. */
            delivery_id: string;
        };
        /** @description A token, without its text. */
        Token: {
            /** @description Names the token in logs. */
            audit_ids: string[];
            /** @description The services. */
            catalog?: components["schemas"]["CatalogService"][];
            /** @description The domain it is for. */
            domain?: components["schemas"]["NamedId"];
            /** @description `2026-11-23T14:10:18.000000Z`. */
            expires_at: string;
            /** @description `2026-11-23T14:10:18.000000Z`. */
            issued_at: string;
            /** @description How the user logged in. */
            methods: string[];
            /** @description The project it is for. */
            project?: components["schemas"]["TokenProject"];
            /** @description The user's roles there. */
            roles?: components["schemas"]["NamedId"][];
            /** @description The user. */
            user: components["schemas"]["TokenUser"];
        };
        /** @description `{"token": {...}}`. */
        TokenAnswer: {
            /** @description The token. */
            token: components["schemas"]["Token"];
        };
        /** @description The project of a token. */
        TokenProject: {
            /** @description Its domain. */
            domain: components["schemas"]["NamedId"];
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description The user of a token. */
        TokenUser: {
            /** @description Its domain. */
            domain: components["schemas"]["NamedId"];
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
            /** @description None where passwords last. */
            password_expires_at: string | null;
        };
        /** @description When a policy runs. */
        TriggerBody: {
            id: string;
            name: string;
            properties: components["schemas"]["TriggerProperties"];
            type: string;
        };
        /** @description When a policy runs. */
        TriggerProperties: {
            pattern: string[];
            /** @description When the rules were set, in UTC: `2020-01-08 09:59:49`. */
            start_time: string;
            /** Format: int64 */
            start_window_minutes: number | null;
            /** @description The zone of the rules; UTC where absent. */
            timezone: string | null;
        };
        /** @description When a policy runs. */
        TriggerPropertiesRequest: {
            /**
             * @description 1 to 24 iCalendar rules with FREQ=DAILY or WEEKLY, INTERVAL, BYDAY, BYHOUR, BYMINUTE. Runs
             *     are at least an hour apart.
             */
            pattern: string[];
            /**
             * Format: int64
             * @description Minutes after its time in which a run may begin.
             */
            start_window_minutes?: number | null;
            /**
             * @description Coffer's own. The zone in which BYHOUR and BYMINUTE are meant: `UTC+08:00`, or a zone such
             *     as `Europe/Berlin`. UTC where absent.
             */
            timezone?: string | null;
        };
        /** @description When a policy runs. */
        TriggerRequest: {
            properties: components["schemas"]["TriggerPropertiesRequest"];
            /**
             * Format: int64
             * @description As in `properties`.
             */
            start_window_minutes?: number | null;
        };
        /** @description Servers and detached disks that are not safe, for one reason. */
        UnsafeGroup: {
            reason: components["schemas"]["UnsafeReason"];
            /** @description The first 50, by name. */
            resources: components["schemas"]["ResourceRef"][];
            severity: components["schemas"]["Severity"];
            /** Format: int64 */
            total: number;
        };
        /**
         * @description Why something is not safe.
         * @enum {string}
         */
        UnsafeReason: "no_vault" | "never_backed_up" | "last_backup_failed" | "backup_too_old" | "vault_full";
        /** @description What shall change. */
        UpdatePolicy: {
            enabled?: boolean | null;
            /** @description 1 to 64 of letters, digits, `_`, `-`. */
            name?: string | null;
            operation_definition?: null | components["schemas"]["DefinitionBody"];
            /** @description Only what it is. */
            operation_type?: string | null;
            trigger?: null | components["schemas"]["TriggerRequest"];
        };
        /** @description `PUT /policies/{id}`. */
        UpdatePolicyRequest: {
            policy: components["schemas"]["UpdatePolicy"];
        };
        /** @description What shall change. */
        UpdateVault: {
            auto_bind?: boolean | null;
            auto_expand?: boolean | null;
            billing?: null | components["schemas"]["BillingUpdate"];
            bind_rules?: null | components["schemas"]["BindRules"];
            /** @description Only to true. */
            locked?: boolean | null;
            name?: string | null;
            smn_notify?: boolean | null;
            /** Format: int64 */
            threshold?: number | null;
        };
        /** @description `PUT /vaults/{id}`. */
        UpdateVaultRequest: {
            vault: components["schemas"]["UpdateVault"];
        };
        /** @description What the backups of a resource take. */
        Usage: {
            /** Format: int64 */
            backup_count: number;
            /**
             * Format: int64
             * @description MB.
             */
            backup_size: number;
            /** Format: int64 */
            backup_size_multiaz: number;
            resource_id: string;
            resource_name: string;
            resource_type: string;
        };
        /** @description What the backups of each resource take. */
        UsageAnswer: {
            /** Format: int64 */
            resource_count: number;
            storage_usage: components["schemas"]["Usage"][];
        };
        /** @description A user. */
        User: {
            /** @description `2026-11-23T14:10:18Z`. */
            created_at: string;
            default_project_id: string | null;
            description: string;
            domain_id: string;
            enabled: boolean;
            groups: components["schemas"]["GroupRef"][];
            /** @description False for users that only have access keys. */
            has_password: boolean;
            id: string;
            /**
             * Format: int64
             * @description Shut out by wrong passwords, from so many addresses; it ends by itself.
             */
            locked_addresses: number;
            /** @description The next log-in has to set another password. */
            must_change_password: boolean;
            name: string;
            /** @description The user's own roles; those of its groups come on top. */
            roles: components["schemas"]["Granted"][];
        };
        /** @description `{"user": {...}}`. */
        UserAnswer: {
            user: components["schemas"]["User"];
        };
        /** @description `{"users": [...]}`. */
        Users: {
            users: components["schemas"]["User"][];
        };
        /** @description A vault. */
        Vault: {
            /**
             * Format: int64
             * @description What its resources add up to.
             */
            allocated_bytes: number;
            auto_bind: boolean;
            auto_expand: boolean;
            /** Format: int64 */
            backup_count: number;
            /** @description Tags of the resources it takes by itself. */
            bind_tags: components["schemas"]["TagBody"][];
            created_at: string;
            description: string | null;
            id: string;
            /** @description Its backups are write-once-read-many. */
            locked: boolean;
            name: string;
            policy: null | components["schemas"]["PolicyRef"];
            protect_type: components["schemas"]["ProtectKind"];
            /** Format: int64 */
            resource_count: number;
            /** @description What is in it; in the answer about one vault alone. */
            resources?: components["schemas"]["Held"][];
            /** Format: int64 */
            size_bytes: number;
            state: components["schemas"]["VaultStatus"];
            /** @description Name of the configured store that holds it. */
            store: string;
            tags: components["schemas"]["TagBody"][];
            /** Format: int64 */
            threshold_percent: number;
            type: components["schemas"]["ResourceKind"];
            updated_at: string;
            /**
             * Format: int64
             * @description What it takes in its store.
             */
            used_bytes: number;
        };
        /** @description One vault. */
        VaultAnswer: {
            vault: components["schemas"]["VaultBody"];
        };
        /** @description A vault. */
        VaultBody: {
            auto_bind: boolean;
            auto_expand: boolean;
            backup_policy_id: string | null;
            billing: components["schemas"]["BillingBody"];
            bind_rules: components["schemas"]["BindRulesBody"];
            created_at: string;
            description: string | null;
            enterprise_project_id: string;
            id: string;
            locked: boolean;
            name: string;
            project_id: string;
            provider_id: string;
            resources: components["schemas"]["VaultResourceBody"][];
            smn_notify: boolean;
            sys_lock_source_service: string;
            tags: components["schemas"]["TagAnswer"][];
            /** Format: int64 */
            threshold: number;
            user_id: string;
        };
        /** @description Capacity of a vault over time. */
        VaultHistory: {
            /** @description Oldest first; the last one is of now. */
            points: components["schemas"]["HistoryPoint"][];
        };
        /** @description A page of vaults. */
        VaultList: {
            /** @description Marker of the next page; null on the last one. */
            next: string | null;
            /**
             * Format: int64
             * @description Number of all that fit.
             */
            total: number;
            vaults: components["schemas"]["Vault"][];
        };
        /** @description A vault, in short. */
        VaultRef: {
            id: string;
            name: string;
            /** Format: int64 */
            size_bytes: number;
            state: components["schemas"]["VaultStatus"];
            type: components["schemas"]["ResourceKind"];
            /** Format: int64 */
            used_bytes: number;
        };
        /** @description A resource in a vault. */
        VaultResourceBody: {
            auto_protect: boolean;
            /** Format: int64 */
            backup_count: number;
            /**
             * Format: int64
             * @description MB.
             */
            backup_size: number;
            extra_info: Record<string, never>;
            id: string;
            name: string;
            protect_status: string;
            /**
             * Format: int64
             * @description GB.
             */
            size: number;
            type: string;
        };
        /** @description Room in a vault. */
        VaultRoom: {
            /** @description What would be read has room, even if none of it is a duplicate. */
            fits: boolean;
            /** Format: int64 */
            remaining_bytes: number;
        };
        /**
         * @description State of a vault.
         * @enum {string}
         */
        VaultStatus: "available" | "lock" | "frozen" | "deleting" | "error";
        /** @description A page of vaults. */
        VaultsAnswer: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            offset: number;
            vaults: components["schemas"]["VaultBody"][];
        };
        /** @description A disk. */
        Volume: {
            attachments: components["schemas"]["VolumeAttachment"][];
            availability_zone: string;
            /** @description `"true"` or `"false"`, as text. */
            bootable: string;
            consistencygroup_id: string | null;
            /** @description Without a zone, as Cinder writes it. */
            created_at: string;
            description: string;
            encrypted: boolean;
            id: string;
            links: Record<string, never>[];
            metadata: Record<string, never>;
            multiattach: boolean;
            name: string;
            "os-vol-tenant-attr:tenant_id": string;
            replication_status: string | null;
            shareable: boolean;
            /**
             * Format: int64
             * @description GiB, rounded up.
             */
            size: number;
            snapshot_id: string | null;
            source_volid: string | null;
            /**
             * @description `in-use` or `available`; `restoring-backup` while a backup is written to it,
             *     `error_restoring` once that has ended before it was whole; `creating`, `attaching`,
             *     `detaching`, `extending`, `deleting` while that is done.
             */
            status: string;
            tags: Record<string, never>;
            updated_at: string;
            user_id: string;
            volume_type: string;
        };
        /** @description `{"os-extend": {"new_size": 40}}`. */
        VolumeAction: {
            "os-extend": components["schemas"]["Extension"];
        };
        /** @description `{"volume": {...}}`. */
        VolumeAnswer: {
            volume: components["schemas"]["Volume"];
        };
        /** @description Where a disk is attached. */
        VolumeAttachment: {
            attached_at: string;
            attachment_id: string;
            device: string;
            host_name: string | null;
            id: string;
            server_id: string;
            volume_id: string;
        };
        /** @description Id, name and address of a disk. */
        VolumeName: {
            id: string;
            links: Record<string, never>[];
            name: string;
        };
        /** @description `{"volumes": [...]}`, short. */
        VolumeNames: {
            volumes: components["schemas"]["VolumeName"][];
            volumes_links?: Record<string, never>[];
        };
        /** @description `{"volumes": [...]}`. */
        Volumes: {
            /**
             * Format: int64
             * @description All disks that fit, whatever the page (EVS alone).
             */
            count?: number;
            volumes: components["schemas"]["Volume"][];
            volumes_links?: Record<string, never>[];
        };
        /** @description A whole-server image to be made. */
        WholeImageRequest: {
            /** @description A server's backup. */
            backup_id?: string | null;
            /** @description At most 1024 characters. */
            description?: string | null;
            /** @description Instead of `tags`. */
            image_tags?: components["schemas"]["ImageTag"][] | null;
            /** @description A server instead of a backup: it is backed up into the vault first. */
            instance_id?: string | null;
            /**
             * Format: int64
             * @description MiB.
             */
            max_ram?: number | null;
            /**
             * Format: int64
             * @description MiB.
             */
            min_ram?: number | null;
            /** @description 1 to 128 letters, digits, `-`, `.`, `_` and spaces; no other image has it. */
            name?: string;
            /** @description At most 10 of 1 to 80 characters, as `key.value`. */
            tags?: string[] | null;
            /** @description Required with `instance_id`. */
            vault_id?: string | null;
            /** @description `CBR`, which it is where absent. */
            whole_image_type?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
