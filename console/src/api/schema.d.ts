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
        post?: never;
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
    "/coffer/v1/{project_id}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Objects whose name holds a text, or whose id begins with it. */
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
        post?: never;
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
            /** @description It cannot be deleted before it expires. */
            locked: boolean;
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
        /**
         * @description Where it runs.
         * @enum {string}
         */
        CloudType: "public";
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
        /** @description A backup that would go. */
        DeletionBody: {
            /** @description When it would go, UTC. */
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
             * @description Changed since `since`; null where that is not known beforehand.
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
        /** @description The data of an event about an object that is there: its name says which kind it is. */
        EventObject: components["schemas"]["Task"] | components["schemas"]["Backup"] | components["schemas"]["Vault"] | components["schemas"]["Server"] | components["schemas"]["Disk"];
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
        /** @description A role on a project, or on the domain (then for all of its projects). */
        Granted: {
            /** @description None for the domain. */
            project_id: string | null;
            /** @description `admin`, `user`, `readonly`. */
            role: string;
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
        /** @description Links of a list. */
        Links: {
            /** @description The next page. */
            next: string | null;
            /** @description The page before. */
            previous: string | null;
            /** @description This page. */
            self: string;
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
        /** @description All that matters of a project, on one page. */
        Overview: {
            /** @description Disks that can be backed up. */
            disks: components["schemas"]["ProtectedCount"];
            /** @description Tasks that failed in the last 24 hours, newest first (at most 50). */
            failures: components["schemas"]["Task"][];
            /** @description Runs of policies in the next 24 hours. */
            next_runs: components["schemas"]["NextRun"][];
            oldest_last_good_backup: null | components["schemas"]["OldestBackup"];
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
            operation_definition: components["schemas"]["DefinitionBody"];
            operation_type: string;
            policy_type: string;
            trigger: components["schemas"]["TriggerBody"];
            /** @description Coffer's own. When it runs next, UTC; null where it is disabled or applied to no vault. */
            next_run_at: string | null;
        };
        /** @description A policy, in short. */
        PolicyRef: {
            enabled: boolean;
            id: string;
            name: string;
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
        /** @description A region. */
        Region: {
            name: string;
            replication_destinations: string[];
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
        /**
         * @description Types of resources.
         * @enum {string}
         */
        ResourceTypeBody: "OS::Nova::Server" | "OS::Cinder::Volume" | "OS::Sfs::Turbo";
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
            /** @description Why this disk cannot be written, if so. */
            refusal: string | null;
            /** Format: int64 */
            size_bytes: number;
            /**
             * Format: int64
             * @description At most so many are written; null where that is not known.
             */
            write_bytes: number | null;
        };
        /** @description What a restore would write. */
        RestoreEstimate: {
            disks: components["schemas"]["RestoreDiskEstimate"][];
            refusals: components["schemas"]["EstimateRefusal"][];
            /** Format: int64 */
            seconds: number | null;
            server: null | components["schemas"]["RestoreServer"];
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
        /** @description The server that a restore concerns. */
        RestoreServer: {
            id: string;
            name: string;
            status: components["schemas"]["ServerStatus"];
            /** @description It runs, and would be shut down. */
            will_stop: boolean;
        };
        /**
         * @description What a user may do in a project.
         * @enum {string}
         */
        RoleName: "admin" | "user" | "readonly";
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
            /** @description When it ends in any case. */
            expires_at: string;
            /** @description When it ends if nothing more is asked for. */
            idle_expires_at: string;
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
            roles: components["schemas"]["RoleName"][];
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
            /** Format: int64 */
            seconds_left: number | null;
            started_at: string | null;
            state: components["schemas"]["TaskStatus"];
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
        TaskKind: "backup" | "restore" | "delete" | "vault_delete" | "remove_resource" | "migrate";
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
            /** @description Never: passwords do not expire. */
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
            /** @description All disks that fit, whatever the page (EVS alone). */
            count?: number;
            volumes: components["schemas"]["Volume"][];
            volumes_links?: Record<string, never>[];
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
