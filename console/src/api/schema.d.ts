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
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        delete?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
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
        /** Gives a user a role (`admin`, `user`, `readonly`) on a project. */
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        /** Takes a role on a project back. */
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
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
            };
        };
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
            };
        };
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        /** Says whether requests can be served: the catalog answers and the service is not stopping. */
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
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
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
                    content?: never;
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
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
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
                    content?: never;
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
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
            };
        };
        /** Gives a backup another name. */
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
            };
        };
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
            };
        };
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
            };
        };
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
            };
        };
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                    content?: never;
                };
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
        };
        /** @description `{"access_keys": [...]}`. */
        AccessKeys: {
            access_keys: components["schemas"]["AccessKey"][];
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
        /** @description Whether the guest was quiesced. */
        AppConsistency: {
            /** @description `1` where it was. */
            app_consistency: string;
            app_consistency_error_code: string;
            app_consistency_error_message: string;
            app_consistency_status: string;
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
        /** @description `{"volumeAttachments": [...]}`. */
        Attachments: {
            volumeAttachments: components["schemas"]["Attachment"][];
        };
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
        /** @description One backup. */
        BackupAnswer: {
            backup: components["schemas"]["BackupBody"];
        };
        /** @description A backup. */
        BackupBody: {
            checkpoint_id: string;
            children: components["schemas"]["BackupBody"][];
            created_at: string;
            description?: string | null;
            enterprise_project_id: string;
            expired_at?: string | null;
            extend_info: components["schemas"]["ExtendInfo"];
            id: string;
            image_type: string;
            incremental: boolean;
            name: string;
            parent_id?: string | null;
            project_id: string;
            protected_at?: string | null;
            provider_id: string;
            replication_records: Record<string, never>[];
            resource_az?: string | null;
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
            frozen_scene?: string | null;
            object_type: string;
            order_id?: string | null;
            product_id?: string | null;
            protect_type: string;
            /**
             * Format: int64
             * @description GB.
             */
            size: number;
            spec_code: string;
            status: string;
            storage_unit?: string | null;
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
        /**
         * @description How it is paid for.
         * @enum {string}
         */
        ChargingMode: "PostPaid";
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
            extra_info?: string | null;
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
        /**
         * @description Where it runs.
         * @enum {string}
         */
        CloudType: "Public";
        /**
         * @description How well disks fit together.
         * @enum {string}
         */
        ConsistentLevel: "Crash" | "App";
        /** @description A backup run. */
        CreateCheckpoint: {
            parameters?: null | components["schemas"]["CheckpointParameters"];
            vault_id: string;
        };
        /** @description `POST /checkpoints`. */
        CreateCheckpointRequest: {
            checkpoint: components["schemas"]["CreateCheckpoint"];
        };
        /** @description `{"access_key": {"description"}}`. */
        CreateKey: {
            access_key: components["schemas"]["CreateKeyBody"];
        };
        /** @description An access key to be made. */
        CreateKeyBody: {
            description?: string | null;
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
        /** @description `{"user": {...}}` to make one. */
        CreateUser: {
            user: components["schemas"]["CreateUserBody"];
        };
        /** @description A user to be made. */
        CreateUserBody: {
            default_project_id?: string | null;
            description?: string | null;
            name: string;
            /** @description 8 characters at least; none for a user that only has access keys. */
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
        /** @description `{"domains": [...]}`. */
        Domains: {
            /** @description The domains. */
            domains: components["schemas"]["Domain"][];
            /** @description Where this list is. */
            links: components["schemas"]["Links"];
        };
        /** @description `{"server": {...}}`. */
        EcsAnswer: {
            server: components["schemas"]["EcsServer"];
        };
        /** @description A server as ECS v1 shows it: numbers as text. */
        EcsServer: {
            "OS-DCF:diskConfig": string;
            "OS-EXT-AZ:availability_zone": string;
            "OS-EXT-SRV-ATTR:root_device_name"?: string | null;
            /** Format: int32 */
            "OS-EXT-STS:power_state": number;
            "OS-EXT-STS:task_state"?: string | null;
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
            key_name?: string | null;
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
            /** @description All servers that fit, whatever the page. */
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
        /** @description More of a backup. */
        ExtendInfo: {
            app_consistency: components["schemas"]["AppConsistency"];
            architecture?: string | null;
            auto_trigger: boolean;
            bootable: boolean;
            contain_system_disk: boolean;
            encrypted: boolean;
            incremental: boolean;
            os_images_data: Record<string, never>[];
            /** Format: int64 */
            progress: number;
            snapshot_id?: string | null;
            support_lld: boolean;
            supported_restore_mode: string;
            system_disk: boolean;
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
        /** @description A role on a project, or on the domain (then for all of its projects). */
        Granted: {
            /** @description None for the domain. */
            project_id?: string | null;
            /** @description `admin`, `user`, `readonly`. */
            role: string;
        };
        /** @description A disk that takes part. */
        IncludeVolume: {
            id: string;
            os_version?: string | null;
        };
        /** @description Links of a list. */
        Links: {
            /** @description The next page. */
            next?: string | null;
            /** @description The page before. */
            previous?: string | null;
            /** @description This page. */
            self: string;
        };
        /** @description A disk's backup and the disk to write. */
        MappingBody: {
            backup_id: string;
            volume_id: string;
        };
        /** @description An id and a name. */
        NamedId: {
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
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
        /** @description A server as Nova 2.1 shows it. */
        NovaServer: {
            "OS-DCF:diskConfig": string;
            "OS-EXT-AZ:availability_zone": string;
            "OS-EXT-SRV-ATTR:root_device_name"?: string | null;
            /** Format: int32 */
            "OS-EXT-STS:power_state": number;
            "OS-EXT-STS:task_state"?: string | null;
            "OS-EXT-STS:vm_state": string;
            "OS-SRV-USG:launched_at"?: string | null;
            "OS-SRV-USG:terminated_at"?: string | null;
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
            key_name?: string | null;
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
         * @description What a vault takes.
         * @enum {string}
         */
        ObjectTypeBody: "Server" | "Disk" | "Turbo";
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
        /** @description `{"projects": [...]}`. */
        Projects: {
            /** @description Where this list is. */
            links: components["schemas"]["Links"];
            /** @description The projects. */
            projects: components["schemas"]["Project"][];
        };
        /**
         * @description Backups, or replicas of backups.
         * @enum {string}
         */
        ProtectType: "Backup" | "Replication";
        /** @description The resources dissociated. */
        RemoveResourcesAnswer: {
            remove_resource_ids: string[];
        };
        /** @description `POST .../removeresources`. */
        RemoveResourcesRequest: {
            /** @description 1 to 256. */
            resource_ids: string[];
        };
        /** @description A new name. */
        RenameBackup: {
            name: string;
        };
        /** @description `PUT /backups/{id}`. */
        RenameBackupRequest: {
            backup: components["schemas"]["RenameBackup"];
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
         * @description Types of resources.
         * @enum {string}
         */
        ResourceTypeBody: "Server" | "Disk" | "Turbo";
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
        /** @description Where to. */
        RestoreFile: {
            /** @description A new file on the service's host, in a directory that the configuration allows. */
            path: string;
        };
        /** @description Restore to a file. */
        RestoreFileRequest: {
            restore: components["schemas"]["RestoreFile"];
        };
        /** @description `{"server": {...}}`. */
        ServerAnswer: {
            server: components["schemas"]["NovaServer"];
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
            servers_links?: Record<string, never>[] | null;
        };
        /** @description `{"servers": [...]}`, in full. */
        Servers: {
            servers: components["schemas"]["NovaServer"][];
            servers_links?: Record<string, never>[] | null;
        };
        /** @description `{"password", "original_password"}`. */
        SetPassword: {
            /** @description The old one; needed for one's own. */
            original_password?: string | null;
            /** @description The new one: 8 characters at least. */
            password: string;
        };
        /** @description A tag with its value. */
        TagAnswer: {
            key: string;
            value: string;
        };
        /** @description A tag. */
        TagRequest: {
            /** @description 1 to 36 characters. */
            key: string;
            /** @description At most 43 characters. */
            value?: string | null;
        };
        /** @description A token, without its text. */
        Token: {
            /** @description Names the token in logs. */
            audit_ids: string[];
            /** @description The services. */
            catalog?: components["schemas"]["CatalogService"][] | null;
            domain?: null | components["schemas"]["NamedId"];
            /** @description `2026-11-23T14:10:18.000000Z`. */
            expires_at: string;
            /** @description `2026-11-23T14:10:18.000000Z`. */
            issued_at: string;
            /** @description How the user logged in. */
            methods: string[];
            project?: null | components["schemas"]["TokenProject"];
            /** @description The user's roles there. */
            roles?: components["schemas"]["NamedId"][] | null;
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
            /** @description Never: passwords do not expire. */
            password_expires_at?: string | null;
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
        /** @description A user. */
        User: {
            /** @description `2026-11-23T14:10:18Z`. */
            created_at: string;
            default_project_id?: string | null;
            description: string;
            domain_id: string;
            enabled: boolean;
            /** @description False for users that only have access keys. */
            has_password: boolean;
            id: string;
            name: string;
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
        /** @description One vault. */
        VaultAnswer: {
            vault: components["schemas"]["VaultBody"];
        };
        /** @description A vault. */
        VaultBody: {
            auto_bind: boolean;
            auto_expand: boolean;
            backup_policy_id?: string | null;
            billing: components["schemas"]["BillingBody"];
            bind_rules: components["schemas"]["BindRulesBody"];
            created_at: string;
            description?: string | null;
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
            attachments: components["schemas"]["Attachment"][];
            availability_zone: string;
            /** @description `"true"` or `"false"`, as text. */
            bootable: string;
            consistencygroup_id?: string | null;
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
            replication_status?: string | null;
            shareable: boolean;
            /**
             * Format: int64
             * @description GiB, rounded up.
             */
            size: number;
            snapshot_id?: string | null;
            source_volid?: string | null;
            /** @description `in-use` or `available`. */
            status: string;
            tags: Record<string, never>;
            updated_at: string;
            user_id: string;
            volume_type: string;
        };
        /** @description `{"volume": {...}}`. */
        VolumeAnswer: {
            volume: components["schemas"]["Volume"];
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
            volumes_links?: Record<string, never>[] | null;
        };
        /** @description `{"volumes": [...]}`. */
        Volumes: {
            /** @description All disks that fit, whatever the page (EVS alone). */
            count?: number | null;
            volumes: components["schemas"]["Volume"][];
            volumes_links?: Record<string, never>[] | null;
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
