// Generated from the service's OpenAPI document by `npm run api`; not to be edited.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service is alive */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether traces are taken and can be found */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version of the service */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Actions of this API that the caller may do in the project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            actions: string[];
                        };
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
    "/v3/{project_id}/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List traces, newest first unless another order is asked for */
        get: {
            parameters: {
                query?: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                    q?: string;
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Tracker; default system for management traces; exact and case-sensitive */
                    tracker_name?: string;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description Traces of a page */
                    limit?: number;
                    /** @description Marker of the page before, or a trace id */
                    next?: string;
                    /** @description What comes first, an addition of OpenCTS; default newest */
                    order?: "newest" | "oldest";
                    /** @description all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path */
                    projects?: "all";
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            traces: components["schemas"]["def-0"][];
                            meta_data: {
                                count: number;
                                /** @description null: nothing is left */
                                marker: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /**
         * Report traces
         * @description Takes traces as {"traces": […]} or as NDJSON (application/x-ndjson), plain or gzip. Every trace that is not rejected is on disk when the answer comes. A trace sent again with its trace_id counts as duplicate. 200 means that none is recorded.
         */
        post: {
            parameters: {
                query?: {
                    trace_ids?: boolean;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        traces: components["schemas"]["def-1"][];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Traces that are now on disk */
                            accepted: number;
                            /** @description Traces whose trace_id had been accepted before */
                            duplicates: number;
                            /** @description Of both, those older than the trace list reaches: they are in trace files, and answered to their id */
                            late: number;
                            /** @description The first 100 traces that were rejected */
                            rejected: {
                                /** @description Place of the trace in the request, from 0 */
                                index: number;
                                error_code: string;
                                error_msg: string;
                                /** @description The member that breaks a rule */
                                field?: string;
                            }[];
                            /** @description How many were rejected in all */
                            rejected_count: number;
                            /** @description Good traces that nothing records: CTS is not enabled, a tracker is disabled or missing */
                            not_recorded: number;
                            not_recorded_reasons?: string[];
                            /** @description With ?trace_ids=true: ids in the order sent, null for a rejected trace */
                            trace_ids?: (string | null)[];
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Traces that are now on disk */
                            accepted: number;
                            /** @description Traces whose trace_id had been accepted before */
                            duplicates: number;
                            /** @description Of both, those older than the trace list reaches: they are in trace files, and answered to their id */
                            late: number;
                            /** @description The first 100 traces that were rejected */
                            rejected: {
                                /** @description Place of the trace in the request, from 0 */
                                index: number;
                                error_code: string;
                                error_msg: string;
                                /** @description The member that breaks a rule */
                                field?: string;
                            }[];
                            /** @description How many were rejected in all */
                            rejected_count: number;
                            /** @description Good traces that nothing records: CTS is not enabled, a tracker is disabled or missing */
                            not_recorded: number;
                            not_recorded_reasons?: string[];
                            /** @description With ?trace_ids=true: ids in the order sent, null for a rejected trace */
                            trace_ids?: (string | null)[];
                        };
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
    "/v3/{project_id}/traces/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count traces by time and status */
        get: {
            parameters: {
                query?: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                    q?: string;
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Tracker; default system for management traces; exact and case-sensitive */
                    tracker_name?: string;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path */
                    projects?: "all";
                    /** @description Bars at the most */
                    buckets?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Width of a bar */
                            bucket_ms: number;
                            from: number;
                            to: number;
                            buckets: {
                                /** @description Beginning of the bar; bars without traces are left out */
                                time: number;
                                normal: number;
                                warning: number;
                                incident: number;
                            }[];
                        };
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
    "/v3/{project_id}/traces/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Distinct values of a field, most frequent first, whatever is asked of the field itself */
        get: {
            parameters: {
                query: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                    q?: string;
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Tracker; default system for management traces; exact and case-sensitive */
                    tracker_name?: string;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path */
                    projects?: "all";
                    /** @description `read_only` is false, too, where nobody told whether something was changed */
                    field: "user" | "service_type" | "resource_type" | "resource_name" | "trace_name" | "trace_type" | "tracker_name" | "source_ip" | "access_key_id" | "trace_rating" | "code" | "user_agent" | "read_only";
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            field: string;
                            values: {
                                value: string;
                                count: number;
                                /** @description Time of its oldest trace in the range */
                                first_time: number;
                                /** @description Time of its newest trace in the range */
                                last_time: number;
                            }[];
                        };
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
    "/v3/{project_id}/traces/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operations that were traced, most frequent first */
        get: {
            parameters: {
                query?: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                    q?: string;
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Tracker; default system for management traces; exact and case-sensitive */
                    tracker_name?: string;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path */
                    projects?: "all";
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            operations: {
                                service_type: string;
                                resource_type: string;
                                trace_name: string;
                                count: number;
                            }[];
                        };
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
    "/v3/{project_id}/traces/firsts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What appeared for the first time within the last 24 hours, newest first; of given users, what is new to them */
        get: {
            parameters: {
                query?: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description User name; may be given several times */
                    user?: string[];
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description What is first seen from here on is new */
                            since: number;
                            /** @description Oldest trace that was compared with, at most 7 days before `since`; null: none. When it is not before `since` everything is new, which says nothing */
                            history_from: number | null;
                            operators: {
                                value: string;
                                /** @description Time of its first trace */
                                first_time: number;
                                /** @description Its traces since then */
                                count: number;
                            }[];
                            source_ips: {
                                value: string;
                                /** @description Time of its first trace */
                                first_time: number;
                                /** @description Its traces since then */
                                count: number;
                                /** @description Operator of its first trace; may be empty */
                                user: string;
                            }[];
                            operations: {
                                service_type: string;
                                trace_name: string;
                                /** @description Time of its first trace */
                                first_time: number;
                                /** @description Its traces since then */
                                count: number;
                                /** @description Operator of its first trace; may be empty */
                                user: string;
                            }[];
                        };
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
    "/v3/{project_id}/accounting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was journalled, indexed, stored and archived, by hour of record_time */
        get: {
            parameters: {
                query?: {
                    /** @description Epoch ms, in the first hour. Default: a day before `to` */
                    from?: number;
                    /** @description Epoch ms; the last hour begins before it. Default: now */
                    to?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            hours: {
                                /** @description Beginning of the hour */
                                time: number;
                                /** @description Acknowledged to producers */
                                journalled: number;
                                /** @description Handed to the trace store */
                                indexed: number;
                                /** @description Set aside, since they could not be processed */
                                quarantined: {
                                    /** @description Missing in the trace list */
                                    indexer: number;
                                    /** @description Missing in trace files */
                                    archiver: number;
                                    /** @description Not looked at for key events, or not told */
                                    notifier: number;
                                };
                                /** @description In a part of the journal that is gone */
                                lost: {
                                    /** @description Missing in the trace list */
                                    indexer: number;
                                    /** @description Missing in trace files */
                                    archiver: number;
                                    /** @description Not looked at for key events, or not told */
                                    notifier: number;
                                };
                                /** @description Counted in the trace store */
                                stored: number;
                                /** @description In trace files that were delivered; only of trackers with a bucket */
                                archived: number;
                                /** @description Will be in trace files: of a cycle that has not ended, or of a file on its way to its bucket. What is in neither is in none, since it was recorded without a transfer */
                                awaiting: number;
                            }[];
                        };
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
    "/v3/{project_id}/traces/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export traces, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Family (system, data), or a source of the request (ApiCall, …); default system */
                    trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                    /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                    q?: string;
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Tracker; default system for management traces; exact and case-sensitive */
                    tracker_name?: string;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description all, an addition of OpenCTS: in every project of the account in which the caller may read traces, beside the one of the path */
                    projects?: "all";
                    /** @description Records at the most */
                    limit?: number;
                    /** @description IANA name or offset such as +02:00 */
                    time_zone?: string;
                    /** @description csv: the columns of the list; ndjson: whole traces, a line each */
                    format?: "csv" | "ndjson";
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/saved-searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the searches that the caller keeps, and those that are shared, by name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            saved_searches: {
                                id: string;
                                name: string;
                                /** @description The trace list as the console's address tells it */
                                view: string;
                                shared: boolean;
                                /** @description The caller keeps it */
                                own: boolean;
                                /** @description Who keeps it */
                                user_name: string;
                                /** @description Epoch ms */
                                create_time: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Keep a search */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /** @description The trace list as the console's address tells it */
                        view: string;
                        /**
                         * @description For all who read the traces of the project
                         * @default false
                         */
                        shared: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                        };
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
    "/v3/{project_id}/saved-searches/{saved_search_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a search that the caller keeps */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    saved_search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/tracker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a tracker; members that are left out stay as they are */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description system: the management tracker; data: operations on the data of one bucket
                         * @enum {unknown}
                         */
                        tracker_type: "system" | "data";
                        /** @description system for the management tracker */
                        tracker_name: string;
                        /** @description Kept for clients; the trace list is searchable without a log service */
                        is_lts_enabled?: boolean;
                        /** @description Transfer to object storage */
                        obs_info?: {
                            /** @description Bucket; empty: no transfer */
                            bucket_name?: string;
                            /** @description Beginning of the names of trace files */
                            file_prefix_name?: string;
                            /** @description Make the bucket; false: it must exist. Default false */
                            is_obs_created?: boolean;
                            /**
                             * @description Days that objects stay; data trackers only
                             * @enum {integer}
                             */
                            bucket_lifecycle?: 0 | 30 | 60 | 90 | 180 | 1095;
                            /**
                             * @description json: not compressed
                             * @enum {unknown}
                             */
                            compress_type?: "gzip" | "json";
                            /** @description The service's name is a folder of the object path. Default true */
                            is_sort_by_service?: boolean;
                            /**
                             * @description Files can neither be changed nor removed for a time (an addition of OpenCTS); empty: they can
                             * @enum {unknown}
                             */
                            object_lock_mode?: "" | "GOVERNANCE" | "COMPLIANCE";
                            /** @description When a transfer is switched on, or goes to another bucket: write what is in the trace list, too (an addition of OpenCTS). Default false */
                            also_listed?: boolean;
                            /** @description Days that files are locked */
                            object_lock_days?: number;
                        };
                        /** @description Write signed digest files */
                        is_support_validate?: boolean;
                        /** @enum {unknown} */
                        agency_name?: "cts_admin_trust";
                        is_organization_tracker?: boolean;
                        management_event_selector?: {
                            /** @description Services whose data key traces are left out of the transfer */
                            exclude_service: "KMS"[];
                        };
                        is_support_trace_files_encryption?: boolean;
                        kms_id?: string;
                        data_bucket?: {
                            data_bucket_name?: string;
                            data_event?: ("WRITE" | "READ")[];
                        };
                        /** @enum {unknown} */
                        status?: "enabled" | "disabled";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            create_time: number;
                            /** @enum {unknown} */
                            tracker_type: "system" | "data";
                            tracker_name: string;
                            /** @enum {unknown} */
                            status: "enabled" | "disabled" | "error";
                            /**
                             * @description Why status is error; the last two are additions of OpenCTS
                             * @enum {unknown}
                             */
                            detail?: "bucketPolicyError" | "noBucket" | "arrears" | "storeUnavailable" | "kmsKeyUnusable";
                            /** @description The same in words (an addition of OpenCTS) */
                            detail_message?: string;
                            /** @description When its last trace file was written, epoch ms; absent: none (an addition of OpenCTS) */
                            last_transfer?: number;
                            domain_id: string;
                            project_id: string;
                            agency_name: string;
                            is_support_validate: boolean;
                            is_support_trace_files_encryption: boolean;
                            kms_id: string;
                            is_organization_tracker: boolean;
                            management_event_selector?: {
                                /** @description Services whose data key traces are left out of the transfer */
                                exclude_service: "KMS"[];
                            };
                            lts: {
                                is_lts_enabled: boolean;
                                log_group_name: string;
                                log_topic_name: string;
                            };
                            obs_info: {
                                bucket_name: string;
                                file_prefix_name: string;
                                is_obs_created: boolean;
                                is_authorized_bucket: boolean;
                                bucket_lifecycle: number;
                                /** @description Absent while it was never set: gzip */
                                compress_type?: string;
                                is_sort_by_service: boolean;
                                bucket_location: string;
                                object_lock_mode?: string;
                                object_lock_days?: number;
                                /** @description How far what also_listed asked for has come (an addition of OpenCTS); absent: it was not asked for */
                                listed?: {
                                    /** @enum {unknown} */
                                    state: "waiting" | "writing" | "done" | "ended";
                                    /** @description Traces that were in the trace list */
                                    total: number;
                                    /** @description Those of them in trace files; the others go with the transfer, or are still to come */
                                    written: number;
                                    /** @description Why it ended, or what keeps it from going on */
                                    message?: string;
                                };
                            };
                            data_bucket?: {
                                data_bucket_name: string;
                                search_enabled: boolean;
                                data_event: string[];
                            };
                            group_id: string;
                            stream_id: string;
                        };
                    };
                };
            };
        };
        /** Create a tracker; the management tracker enables CTS */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description system: the management tracker; data: operations on the data of one bucket
                         * @enum {unknown}
                         */
                        tracker_type: "system" | "data";
                        /** @description system for the management tracker */
                        tracker_name: string;
                        /** @description Kept for clients; the trace list is searchable without a log service */
                        is_lts_enabled?: boolean;
                        /** @description Transfer to object storage */
                        obs_info?: {
                            /** @description Bucket; empty: no transfer */
                            bucket_name?: string;
                            /** @description Beginning of the names of trace files */
                            file_prefix_name?: string;
                            /** @description Make the bucket; false: it must exist. Default false */
                            is_obs_created?: boolean;
                            /**
                             * @description Days that objects stay; data trackers only
                             * @enum {integer}
                             */
                            bucket_lifecycle?: 0 | 30 | 60 | 90 | 180 | 1095;
                            /**
                             * @description json: not compressed
                             * @enum {unknown}
                             */
                            compress_type?: "gzip" | "json";
                            /** @description The service's name is a folder of the object path. Default true */
                            is_sort_by_service?: boolean;
                            /**
                             * @description Files can neither be changed nor removed for a time (an addition of OpenCTS); empty: they can
                             * @enum {unknown}
                             */
                            object_lock_mode?: "" | "GOVERNANCE" | "COMPLIANCE";
                            /** @description When a transfer is switched on, or goes to another bucket: write what is in the trace list, too (an addition of OpenCTS). Default false */
                            also_listed?: boolean;
                            /** @description Days that files are locked */
                            object_lock_days?: number;
                        };
                        /** @description Write signed digest files */
                        is_support_validate?: boolean;
                        /** @enum {unknown} */
                        agency_name?: "cts_admin_trust";
                        is_organization_tracker?: boolean;
                        management_event_selector?: {
                            /** @description Services whose data key traces are left out of the transfer */
                            exclude_service: "KMS"[];
                        };
                        is_support_trace_files_encryption?: boolean;
                        kms_id?: string;
                        data_bucket?: {
                            data_bucket_name?: string;
                            data_event?: ("WRITE" | "READ")[];
                        };
                        /** @enum {unknown} */
                        status?: "enabled" | "disabled";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            create_time: number;
                            /** @enum {unknown} */
                            tracker_type: "system" | "data";
                            tracker_name: string;
                            /** @enum {unknown} */
                            status: "enabled" | "disabled" | "error";
                            /**
                             * @description Why status is error; the last two are additions of OpenCTS
                             * @enum {unknown}
                             */
                            detail?: "bucketPolicyError" | "noBucket" | "arrears" | "storeUnavailable" | "kmsKeyUnusable";
                            /** @description The same in words (an addition of OpenCTS) */
                            detail_message?: string;
                            /** @description When its last trace file was written, epoch ms; absent: none (an addition of OpenCTS) */
                            last_transfer?: number;
                            domain_id: string;
                            project_id: string;
                            agency_name: string;
                            is_support_validate: boolean;
                            is_support_trace_files_encryption: boolean;
                            kms_id: string;
                            is_organization_tracker: boolean;
                            management_event_selector?: {
                                /** @description Services whose data key traces are left out of the transfer */
                                exclude_service: "KMS"[];
                            };
                            lts: {
                                is_lts_enabled: boolean;
                                log_group_name: string;
                                log_topic_name: string;
                            };
                            obs_info: {
                                bucket_name: string;
                                file_prefix_name: string;
                                is_obs_created: boolean;
                                is_authorized_bucket: boolean;
                                bucket_lifecycle: number;
                                /** @description Absent while it was never set: gzip */
                                compress_type?: string;
                                is_sort_by_service: boolean;
                                bucket_location: string;
                                object_lock_mode?: string;
                                object_lock_days?: number;
                                /** @description How far what also_listed asked for has come (an addition of OpenCTS); absent: it was not asked for */
                                listed?: {
                                    /** @enum {unknown} */
                                    state: "waiting" | "writing" | "done" | "ended";
                                    /** @description Traces that were in the trace list */
                                    total: number;
                                    /** @description Those of them in trace files; the others go with the transfer, or are still to come */
                                    written: number;
                                    /** @description Why it ended, or what keeps it from going on */
                                    message?: string;
                                };
                            };
                            data_bucket?: {
                                data_bucket_name: string;
                                search_enabled: boolean;
                                data_event: string[];
                            };
                            group_id: string;
                            stream_id: string;
                        };
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
    "/v3/{project_id}/trackers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List trackers */
        get: {
            parameters: {
                query?: {
                    tracker_name?: string;
                    tracker_type?: "system" | "data" | "";
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            trackers: {
                                id: string;
                                create_time: number;
                                /** @enum {unknown} */
                                tracker_type: "system" | "data";
                                tracker_name: string;
                                /** @enum {unknown} */
                                status: "enabled" | "disabled" | "error";
                                /**
                                 * @description Why status is error; the last two are additions of OpenCTS
                                 * @enum {unknown}
                                 */
                                detail?: "bucketPolicyError" | "noBucket" | "arrears" | "storeUnavailable" | "kmsKeyUnusable";
                                /** @description The same in words (an addition of OpenCTS) */
                                detail_message?: string;
                                /** @description When its last trace file was written, epoch ms; absent: none (an addition of OpenCTS) */
                                last_transfer?: number;
                                domain_id: string;
                                project_id: string;
                                agency_name: string;
                                is_support_validate: boolean;
                                is_support_trace_files_encryption: boolean;
                                kms_id: string;
                                is_organization_tracker: boolean;
                                management_event_selector?: {
                                    /** @description Services whose data key traces are left out of the transfer */
                                    exclude_service: "KMS"[];
                                };
                                lts: {
                                    is_lts_enabled: boolean;
                                    log_group_name: string;
                                    log_topic_name: string;
                                };
                                obs_info: {
                                    bucket_name: string;
                                    file_prefix_name: string;
                                    is_obs_created: boolean;
                                    is_authorized_bucket: boolean;
                                    bucket_lifecycle: number;
                                    /** @description Absent while it was never set: gzip */
                                    compress_type?: string;
                                    is_sort_by_service: boolean;
                                    bucket_location: string;
                                    object_lock_mode?: string;
                                    object_lock_days?: number;
                                    /** @description How far what also_listed asked for has come (an addition of OpenCTS); absent: it was not asked for */
                                    listed?: {
                                        /** @enum {unknown} */
                                        state: "waiting" | "writing" | "done" | "ended";
                                        /** @description Traces that were in the trace list */
                                        total: number;
                                        /** @description Those of them in trace files; the others go with the transfer, or are still to come */
                                        written: number;
                                        /** @description Why it ended, or what keeps it from going on */
                                        message?: string;
                                    };
                                };
                                data_bucket?: {
                                    data_bucket_name: string;
                                    search_enabled: boolean;
                                    data_event: string[];
                                };
                                group_id: string;
                                stream_id: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete trackers; what they recorded stays */
        delete: {
            parameters: {
                query?: {
                    /** @description Left out: all of the type */
                    tracker_name?: string;
                    /** @description Left out: both */
                    tracker_type?: "system" | "data" | "";
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Settings of recording */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Copy the traces of global services, which are recorded in one region, to this project */
                            is_sync_global_trace: boolean;
                            /** @description Record operations that change nothing, of all services */
                            is_support_read_only: boolean;
                            /** @description Services whose reads are recorded when is_support_read_only is false */
                            support_read_only_services?: string[];
                        };
                    };
                };
            };
        };
        /** Change the settings of recording */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Copy the traces of global services, which are recorded in one region, to this project */
                        is_sync_global_trace: boolean;
                        /** @description Record operations that change nothing, of all services */
                        is_support_read_only: boolean;
                        /** @description Services whose reads are recorded when is_support_read_only is false */
                        support_read_only_services?: string[];
                    };
                };
            };
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
    "/v3/{project_id}/{resource_type}/{resource_id}/tags/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add tags */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                    /** @description Id of the tracker */
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        tags: {
                            key: string;
                            value?: string;
                        }[];
                    };
                };
            };
            responses: {
                /** @description No body */
                200: {
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
    "/v3/{project_id}/{resource_type}/{resource_id}/tags/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete tags, by key or by key and value */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                    /** @description Id of the tracker */
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        tags: {
                            key: string;
                            value?: string;
                        }[];
                    };
                };
            };
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/{resource_type}/{resource_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tags of a tracker */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                    /** @description Id of the tracker */
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tags: {
                                key: string;
                                value?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Add a tag */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                    /** @description Id of the tracker */
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        tag: {
                            key: string;
                            value?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description No body */
                204: {
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
    "/v3/{project_id}/{resource_type}/{resource_id}/tags/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a tag */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                    /** @description Id of the tracker */
                    resource_id: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/{resource_type}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tags of all trackers of the project */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    marker?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tags: {
                                key: string;
                                values: string[];
                            }[];
                            page_info: {
                                next_marker: string;
                            };
                        };
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
    "/v3/{project_id}/{resource_type}/resource-instances/filter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find trackers by tag and name */
        post: {
            parameters: {
                query?: {
                    limit?: number;
                    offset?: number;
                };
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Only trackers without tags; tags is ignored */
                        without_any_tag?: boolean;
                        /** @description Keys are and-ed, values of one key or-ed */
                        tags?: {
                            key: string;
                            values?: string[];
                        }[];
                        matches?: {
                            /** @enum {unknown} */
                            key: "resource_name";
                            value: string;
                        }[];
                        limit?: number;
                        offset?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resources: {
                                resource_id: string;
                                resource_name: string;
                                resource_detail: unknown;
                                tags: {
                                    key: string;
                                    value?: string;
                                }[];
                            }[];
                            total_count: number;
                        };
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
    "/v3/{project_id}/{resource_type}/resource-instances/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Count trackers by tag and name */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description cts-tracker */
                    resource_type: "cts-tracker";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Only trackers without tags; tags is ignored */
                        without_any_tag?: boolean;
                        /** @description Keys are and-ed, values of one key or-ed */
                        tags?: {
                            key: string;
                            values?: string[];
                        }[];
                        matches?: {
                            /** @enum {unknown} */
                            key: "resource_name";
                            value: string;
                        }[];
                        limit?: number;
                        offset?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            total_count: number;
                        };
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
    "/v3/{project_id}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a key event notification; operations, users and filter are replaced, query, topic and agency stay where absent */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Empty: the one of that name */
                        notification_id: string;
                        notification_name: string;
                        /**
                         * @description complete: everything that is recorded
                         * @enum {unknown}
                         */
                        operation_type: "complete" | "customized";
                        /** @description Operations of a customized notification */
                        operations?: {
                            service_type: string;
                            resource_type: string;
                            trace_names: string[];
                        }[];
                        /** @description Only operations by these users; at most 50 in 10 groups */
                        notify_user_list?: {
                            user_group: string;
                            user_list: string[];
                        }[];
                        /** @description URN of an SMN topic or a function; empty: none */
                        topic_id?: string;
                        filter?: {
                            /**
                             * @default AND
                             * @enum {unknown}
                             */
                            condition: "AND" | "OR";
                            /** @description false: kept, but not applied */
                            is_support_filter: boolean;
                            /** @description `field = value` or `field != value` */
                            rule: string[];
                        };
                        /** @description Only traces that it finds, an addition of OpenCTS: a query without times, which holds together with the rest */
                        query?: string;
                        /** @enum {unknown} */
                        agency_name?: "cts_admin_trust" | "";
                        /** @enum {unknown} */
                        status: "enabled" | "disabled";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            notification_id: string;
                            notification_name: string;
                            /** @enum {unknown} */
                            notification_type: "smn" | "fun";
                            /** @enum {unknown} */
                            operation_type: "complete" | "customized";
                            /** @description Operations of a customized notification */
                            operations: {
                                service_type: string;
                                resource_type: string;
                                trace_names: string[];
                            }[];
                            /** @description Only operations by these users; at most 50 in 10 groups */
                            notify_user_list: {
                                user_group: string;
                                user_list: string[];
                            }[];
                            /** @enum {unknown} */
                            status: "enabled" | "disabled";
                            topic_id?: string;
                            filter?: {
                                /**
                                 * @default AND
                                 * @enum {unknown}
                                 */
                                condition: "AND" | "OR";
                                /** @description false: kept, but not applied */
                                is_support_filter: boolean;
                                /** @description `field = value` or `field != value` */
                                rule: string[];
                            };
                            query?: string;
                            agency_name?: string;
                            project_id: string;
                            domain_id: string;
                            create_time: number;
                        };
                    };
                };
            };
        };
        /** Create a key event notification */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        notification_name: string;
                        /**
                         * @description complete: everything that is recorded
                         * @enum {unknown}
                         */
                        operation_type: "complete" | "customized";
                        /** @description Operations of a customized notification */
                        operations?: {
                            service_type: string;
                            resource_type: string;
                            trace_names: string[];
                        }[];
                        /** @description Only operations by these users; at most 50 in 10 groups */
                        notify_user_list?: {
                            user_group: string;
                            user_list: string[];
                        }[];
                        /** @description URN of an SMN topic or a function; empty: none */
                        topic_id?: string;
                        filter?: {
                            /**
                             * @default AND
                             * @enum {unknown}
                             */
                            condition: "AND" | "OR";
                            /** @description false: kept, but not applied */
                            is_support_filter: boolean;
                            /** @description `field = value` or `field != value` */
                            rule: string[];
                        };
                        /** @description Only traces that it finds, an addition of OpenCTS: a query without times, which holds together with the rest */
                        query?: string;
                        /** @enum {unknown} */
                        agency_name?: "cts_admin_trust" | "";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            notification_id: string;
                            notification_name: string;
                            /** @enum {unknown} */
                            notification_type: "smn" | "fun";
                            /** @enum {unknown} */
                            operation_type: "complete" | "customized";
                            /** @description Operations of a customized notification */
                            operations: {
                                service_type: string;
                                resource_type: string;
                                trace_names: string[];
                            }[];
                            /** @description Only operations by these users; at most 50 in 10 groups */
                            notify_user_list: {
                                user_group: string;
                                user_list: string[];
                            }[];
                            /** @enum {unknown} */
                            status: "enabled" | "disabled";
                            topic_id?: string;
                            filter?: {
                                /**
                                 * @default AND
                                 * @enum {unknown}
                                 */
                                condition: "AND" | "OR";
                                /** @description false: kept, but not applied */
                                is_support_filter: boolean;
                                /** @description `field = value` or `field != value` */
                                rule: string[];
                            };
                            query?: string;
                            agency_name?: string;
                            project_id: string;
                            domain_id: string;
                            create_time: number;
                        };
                    };
                };
            };
        };
        /** Delete key event notifications */
        delete: {
            parameters: {
                query: {
                    /** @description One or more, separated by commas or given several times */
                    notification_id: string[];
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/notifications/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Traces of the last days that a notification would have told, newest first */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description complete: everything that is recorded
                         * @enum {unknown}
                         */
                        operation_type: "complete" | "customized";
                        /** @description Operations of a customized notification */
                        operations?: {
                            service_type: string;
                            resource_type: string;
                            trace_names: string[];
                        }[];
                        /** @description Only operations by these users; at most 50 in 10 groups */
                        notify_user_list?: {
                            user_group: string;
                            user_list: string[];
                        }[];
                        filter?: {
                            /**
                             * @default AND
                             * @enum {unknown}
                             */
                            condition: "AND" | "OR";
                            /** @description false: kept, but not applied */
                            is_support_filter: boolean;
                            /** @description `field = value` or `field != value` */
                            rule: string[];
                        };
                        /** @description Only traces that it finds, an addition of OpenCTS: a query without times, which holds together with the rest */
                        query?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count: number;
                            traces: components["schemas"]["def-0"][];
                        };
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
    "/v3/{project_id}/notifications/{notification_type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List key event notifications */
        get: {
            parameters: {
                query?: {
                    notification_name?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    notification_type: "smn" | "fun";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            notifications: {
                                notification_id: string;
                                notification_name: string;
                                /** @enum {unknown} */
                                notification_type: "smn" | "fun";
                                /** @enum {unknown} */
                                operation_type: "complete" | "customized";
                                /** @description Operations of a customized notification */
                                operations: {
                                    service_type: string;
                                    resource_type: string;
                                    trace_names: string[];
                                }[];
                                /** @description Only operations by these users; at most 50 in 10 groups */
                                notify_user_list: {
                                    user_group: string;
                                    user_list: string[];
                                }[];
                                /** @enum {unknown} */
                                status: "enabled" | "disabled";
                                topic_id?: string;
                                filter?: {
                                    /**
                                     * @default AND
                                     * @enum {unknown}
                                     */
                                    condition: "AND" | "OR";
                                    /** @description false: kept, but not applied */
                                    is_support_filter: boolean;
                                    /** @description `field = value` or `field != value` */
                                    rule: string[];
                                };
                                query?: string;
                                agency_name?: string;
                                project_id: string;
                                domain_id: string;
                                create_time: number;
                            }[];
                        };
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
    "/v3/{project_id}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Quotas and what is used of them */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resources: {
                                type: string;
                                used: number;
                                quota: number;
                            }[];
                        };
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
    "/v3/{project_id}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Operations that can be watched */
        get: {
            parameters: {
                query?: {
                    service_type?: string;
                    resource_type?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            operations: {
                                service_type: string;
                                resource_type: string;
                                operation_list: string[];
                            }[];
                        };
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
    "/v3/{project_id}/operations/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same with descriptions, risks, and which are typical for notifications */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            operations: {
                                service_type: string;
                                resource_type: string;
                                trace_name: string;
                                description: string;
                                /** @enum {unknown} */
                                risk: "high" | "cost" | "service" | "";
                                typical: boolean;
                            }[];
                        };
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
    "/v3/{project_id}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Services and resource types that traces are of */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Account, or a project of the caller */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resources: {
                                service_type: string;
                                resource: string[];
                            }[];
                        };
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
    "/v3/{project_id}/user-resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users who acted */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            users: {
                                name: string;
                            }[];
                        };
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
    "/v3/{project_id}/checkbucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether trace files could be written to buckets */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Account, or a project of the caller */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        buckets: {
                            bucket_name: string;
                            bucket_location: string;
                            kms_id?: string;
                            is_support_trace_files_encryption?: boolean;
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            buckets: {
                                bucket_name: string;
                                bucket_location: string;
                                kms_id: string;
                                is_support_trace_files_encryption: boolean;
                                check_bucket_response: {
                                    success: boolean;
                                    response_code: number;
                                    error_code?: string;
                                    error_message?: string;
                                };
                            }[];
                        };
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
    "/v3/{project_id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Walk the trace files of the project, folder by folder */
        get: {
            parameters: {
                query?: {
                    /** @description Folder, with a slash at its end, such as CloudTraces/eu-de/ */
                    prefix?: string;
                    /** @description Marker of the page before */
                    marker?: string;
                    /** @description Files of a page */
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description On the first page */
                            folders: {
                                name: string;
                                files: number;
                                bytes: number;
                                traces: number;
                            }[];
                            files: {
                                bucket: string;
                                key: string;
                                bytes: number;
                                traces: number;
                                first_record_time: number;
                                last_record_time: number;
                                delivery_time: number;
                                sha256: string;
                                /** @description Key that it is encrypted with; empty: it is not */
                                kms_id: string;
                                /**
                                 * @description Whether a digest file covers it
                                 * @enum {unknown}
                                 */
                                digest: "covered" | "none";
                            }[];
                            /** @description null: nothing is left */
                            marker: string | null;
                        };
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
    "/v3/{project_id}/archive/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a trace file; of an encrypted one its text, for those who may kms:dek:decrypt */
        get: {
            parameters: {
                query: {
                    bucket: string;
                    key: string;
                    /** @description As it lies in the bucket, which is what digest files prove: encrypted ones stay so */
                    stored?: boolean;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/archive/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Traces of a trace file: at most `limit`, of large ones fewer; `offset` counts on from there */
        get: {
            parameters: {
                query: {
                    bucket: string;
                    key: string;
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            traces: components["schemas"]["def-0"][];
                            total_count: number;
                        };
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
    "/v3/{project_id}/archive/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a trace file still has the bytes with which it was delivered */
        get: {
            parameters: {
                query: {
                    bucket: string;
                    key: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {unknown} */
                            verdict: "valid" | "changed" | "missing";
                        };
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
    "/v3/public-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public keys that digest files and the evidence log are verified with, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Account of the log; else the one that runs the installation */
                    domain_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            public_keys: {
                                id: string;
                                /** @description Base64 of the X.509 SubjectPublicKeyInfo */
                                public_key: string;
                                create_time: number;
                                /** @description Digest files are signed with it now */
                                active: boolean;
                            }[];
                            /** @description Of the account's evidence log: name, id and key (C2SP signed-note) */
                            log_verifier_key: string;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Sign with a new key from now on; old digests stay verifiable with the old one */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @description Base64 of the X.509 SubjectPublicKeyInfo */
                            public_key: string;
                            create_time: number;
                            /** @description Digest files are signed with it now */
                            active: boolean;
                        };
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
    "/v3/{project_id}/buckets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Buckets of the account in the project's region, by name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            buckets: {
                                name: string;
                                region: string;
                                /** @description 0: objects stay for good */
                                lifecycle_days: number;
                            }[];
                            /**
                             * @description Whose keys encrypt trace files: those of this service, or of the object store
                             * @enum {unknown}
                             */
                            encryption: "keyring" | "store";
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a bucket in the project's region, for trackers to transfer to */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        bucket_name: string;
                        /** @description Files in it can be locked; cannot be changed later. Default false */
                        locking?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            region: string;
                            /** @description 0: objects stay for good */
                            lifecycle_days: number;
                        };
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
    "/v3/{project_id}/archive/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what buckets hold of the project's archive: trace files, digests, and the account's evidence log */
        get: {
            parameters: {
                query?: {
                    /** @description Absent: the places are told */
                    bucket?: string;
                    /** @description In one of the places */
                    prefix?: string;
                    marker?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Without a bucket: where something of the project lies */
                            places: {
                                bucket: string;
                                prefix: string;
                                /** @description Stands in the names of the project's files; null: the evidence log */
                                name: string | null;
                            }[];
                            /** @description In the order of their keys; a page may have fewer than asked for, or none */
                            objects: {
                                key: string;
                                /** @enum {unknown} */
                                kind: "trace-file" | "digest" | "checkpoint" | "tile";
                                bytes: number;
                                modified: number;
                            }[];
                            /** @description null: nothing is left */
                            marker: string | null;
                        };
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
    "/v3/{project_id}/archive/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download a digest, a checkpoint or a tile; its metadata is in headers x-object-meta-… */
        get: {
            parameters: {
                query: {
                    bucket: string;
                    key: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/archive/digests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Digests of the project whose hours touch a time, with their signatures, newest first */
        get: {
            parameters: {
                query?: {
                    from?: number;
                    to?: number;
                    marker?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            digests: {
                                bucket: string;
                                key: string;
                                tracker: string;
                                /** @description Folder of the trace source; empty: files are not sorted by it */
                                source: string;
                                start_time: number;
                                end_time: number;
                                /** @description That it covers */
                                files: number;
                                /** @description Covered by its chain up to here */
                                total_files: number;
                                total_traces: number;
                                /** @description It ends its chain */
                                last: boolean;
                                sha256: string;
                                /** @description As in the metadata of the object, hex */
                                signature: string;
                                /** @description Of the public key; empty in digests of earlier versions */
                                key_id: string;
                            }[];
                            /** @description null: nothing is left */
                            marker: string | null;
                        };
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
    "/v3/{project_id}/archive/package": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download the trace files of a time with all that proves them, as one tar that verifies without a network */
        get: {
            parameters: {
                query: {
                    from: number;
                    /** @description Absent: now */
                    to?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/archive/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your searches in the archive, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            searches: {
                                id: string;
                                /** @enum {unknown} */
                                status: "waiting" | "running" | "finished" | "cancelled" | "failed";
                                /** @description Why it failed */
                                message?: string;
                                create_time: number;
                                finish_time?: number;
                                from: number;
                                to: number;
                                /** @description What has to be looked through */
                                total: {
                                    files: number;
                                    bytes: number;
                                    traces: number;
                                };
                                /** @description What was looked through; traces only of files that could be read */
                                done: {
                                    files: number;
                                    bytes: number;
                                    traces: number;
                                };
                                /** @description Matching traces so far */
                                found: number;
                                /** @description It ended at its limit; there may be more */
                                limit_reached: boolean;
                                /** @description Files whose traces are not among the findings */
                                problem_count: number;
                                /** @description The first 100 of them */
                                problems: {
                                    bucket: string;
                                    key: string;
                                    /** @enum {unknown} */
                                    problem: "missing" | "changed" | "unreadable";
                                    message: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Search the trace files of the project, over any time, with the filters of the trace list */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Family (system, data), or a source of the request (ApiCall, …); default system
                         * @enum {unknown}
                         */
                        trace_type?: "system" | "data" | "ApiCall" | "ConsoleAction" | "SystemAction" | "ObsSDK" | "ObsAPI" | "Others";
                        /** @description Query, an addition of OpenCTS (the query language of its documentation); with it, `from` is by default as far back as the traces reach, and both families are searched unless `trace_type` is given */
                        q?: string;
                        /** @description Epoch ms; only later traces. Default: an hour before `to` */
                        from?: number;
                        /** @description Epoch ms; only earlier traces. Default: now */
                        to?: number;
                        /** @description Tracker; default system for management traces; exact and case-sensitive */
                        tracker_name?: string;
                        /** @description Trace source; exact and case-sensitive */
                        service_type?: string;
                        /** @description Resource type; exact and case-sensitive */
                        resource_type?: string;
                        /** @description Resource ID; exact and case-sensitive */
                        resource_id?: string;
                        /** @description Resource name; exact and case-sensitive */
                        resource_name?: string;
                        /** @description When given, everything else is ignored */
                        trace_id?: string;
                        /** @description Trace name; exact and case-sensitive */
                        trace_name?: string;
                        /**
                         * @description Trace status; failed, an addition of OpenCTS: warning and incident
                         * @enum {unknown}
                         */
                        trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                        /** @description User name; may be given several times */
                        user?: string[];
                        /** @description Source address; exact and case-sensitive */
                        source_ip?: string;
                        /** @description Access key of the user; exact and case-sensitive */
                        access_key_id?: string;
                        /** @description Enterprise project; exact and case-sensitive */
                        enterprise_project_id?: string;
                        /**
                         * @description Findings after which it ends
                         * @default 100000
                         */
                        limit?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            status: "waiting" | "running" | "finished" | "cancelled" | "failed";
                            /** @description Why it failed */
                            message?: string;
                            create_time: number;
                            finish_time?: number;
                            from: number;
                            to: number;
                            /** @description What has to be looked through */
                            total: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description What was looked through; traces only of files that could be read */
                            done: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description Matching traces so far */
                            found: number;
                            /** @description It ended at its limit; there may be more */
                            limit_reached: boolean;
                            /** @description Files whose traces are not among the findings */
                            problem_count: number;
                            /** @description The first 100 of them */
                            problems: {
                                bucket: string;
                                key: string;
                                /** @enum {unknown} */
                                problem: "missing" | "changed" | "unreadable";
                                message: string;
                            }[];
                        };
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
    "/v3/{project_id}/archive/searches/{search_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Progress of a search in the archive */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            status: "waiting" | "running" | "finished" | "cancelled" | "failed";
                            /** @description Why it failed */
                            message?: string;
                            create_time: number;
                            finish_time?: number;
                            from: number;
                            to: number;
                            /** @description What has to be looked through */
                            total: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description What was looked through; traces only of files that could be read */
                            done: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description Matching traces so far */
                            found: number;
                            /** @description It ended at its limit; there may be more */
                            limit_reached: boolean;
                            /** @description Files whose traces are not among the findings */
                            problem_count: number;
                            /** @description The first 100 of them */
                            problems: {
                                bucket: string;
                                key: string;
                                /** @enum {unknown} */
                                problem: "missing" | "changed" | "unreadable";
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** End a search in the archive, and forget what it has found */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/{project_id}/archive/searches/{search_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a search in the archive; what it has found stays */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            status: "waiting" | "running" | "finished" | "cancelled" | "failed";
                            /** @description Why it failed */
                            message?: string;
                            create_time: number;
                            finish_time?: number;
                            from: number;
                            to: number;
                            /** @description What has to be looked through */
                            total: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description What was looked through; traces only of files that could be read */
                            done: {
                                files: number;
                                bytes: number;
                                traces: number;
                            };
                            /** @description Matching traces so far */
                            found: number;
                            /** @description It ended at its limit; there may be more */
                            limit_reached: boolean;
                            /** @description Files whose traces are not among the findings */
                            problem_count: number;
                            /** @description The first 100 of them */
                            problems: {
                                bucket: string;
                                key: string;
                                /** @enum {unknown} */
                                problem: "missing" | "changed" | "unreadable";
                                message: string;
                            }[];
                        };
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
    "/v3/{project_id}/archive/searches/{search_id}/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a search in the archive has found so far, newest first */
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    /** @description Marker of the page before */
                    next?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            traces: components["schemas"]["def-0"][];
                            meta_data: {
                                count: number;
                                /** @description null: nothing is left */
                                marker: string | null;
                            };
                        };
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
    "/v3/{project_id}/archive/searches/{search_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export what a search in the archive has found, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description IANA name or offset such as +02:00 */
                    time_zone?: string;
                    /** @description csv: the columns of the list; ndjson: whole traces, a line each */
                    format?: "csv" | "ndjson";
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    search_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the keys of the project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            keys: {
                                id: string;
                                alias: string;
                                description: string;
                                /** @enum {unknown} */
                                state: "enabled" | "disabled" | "pending_deletion";
                                /** @description Counts up with every rotation */
                                version: number;
                                create_time: number;
                                /** @description When it will be gone, if that is scheduled */
                                deletion_time?: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a key */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        alias: string;
                        /** @default  */
                        description?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/{project_id}/keys/{key_id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a disabled key be used again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/{project_id}/keys/{key_id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn a key off: what it encrypted cannot be read, trackers that use it deliver nothing */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/{project_id}/keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** New material for what is encrypted from now on; what is there stays readable */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/{project_id}/keys/{key_id}/cancel-deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep a key that was to be deleted; it is disabled then */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/{project_id}/keys/{key_id}/schedule-deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn a key off now, and delete it later: what it encrypted can then never be read again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Days until it is gone */
                        pending_days: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            alias: string;
                            description: string;
                            /** @enum {unknown} */
                            state: "enabled" | "disabled" | "pending_deletion";
                            /** @description Counts up with every rotation */
                            version: number;
                            create_time: number;
                            /** @description When it will be gone, if that is scheduled */
                            deletion_time?: number;
                        };
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
    "/v3/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the traces that could not be processed, with why */
        get: {
            parameters: {
                query?: {
                    /** @description Only what this one has set aside */
                    follower?: "indexer" | "archiver" | "notifier";
                    /** @description Only traces of this project */
                    project_id?: string;
                    /** @description The id that the page before ended with */
                    marker?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description All that are set aside, whatever the filter */
                            total: number;
                            traces: {
                                /** @description Who has set it aside, and where it stands in the journal, such as `indexer-1-4711` */
                                id: string;
                                /**
                                 * @description indexer: missing in the trace list; archiver: in trace files; notifier: not told
                                 * @enum {unknown}
                                 */
                                follower: "indexer" | "archiver" | "notifier";
                                /** @description Why it could not be processed */
                                reason: string;
                                /** @description When it was set aside, epoch ms */
                                since: number;
                                project_id: string;
                                trace_id: string;
                                tracker_name: string;
                                service_type: string;
                                /** @description Epoch ms */
                                record_time: number;
                            }[];
                            /** @description null: nothing is left */
                            marker: string | null;
                        };
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
    "/v3/quarantine/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a trace that could not be processed, as it stands in the journal */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Who has set it aside, and where it stands in the journal, such as `indexer-1-4711` */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Who has set it aside, and where it stands in the journal, such as `indexer-1-4711` */
                            id: string;
                            /**
                             * @description indexer: missing in the trace list; archiver: in trace files; notifier: not told
                             * @enum {unknown}
                             */
                            follower: "indexer" | "archiver" | "notifier";
                            /** @description Why it could not be processed */
                            reason: string;
                            /** @description When it was set aside, epoch ms */
                            since: number;
                            project_id: string;
                            trace_id: string;
                            tracker_name: string;
                            service_type: string;
                            /** @description Epoch ms */
                            record_time: number;
                            /** @description Its text; it may be no JSON */
                            line: string;
                        };
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
    "/v3/quarantine/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let traces be processed once more: those that succeed leave the quarantine, those that fail again stay */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Only what this one has set aside
                         * @enum {unknown}
                         */
                        follower?: "indexer" | "archiver" | "notifier";
                        /** @description Only traces of this project */
                        project_id?: string;
                        /** @description Who has set it aside, and where it stands in the journal, such as `indexer-1-4711` */
                        id?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description On their way */
                            traces: number;
                        };
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
    "/v3/clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show whether the clock of the machine is believed */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Whether the clock of the machine has jumped; nothing is destroyed by what it says then */
                            suspect: boolean;
                            /** @description What time it is at the least, epoch ms */
                            earliest: number;
                            /** @description What time it is at the most, epoch ms */
                            latest: number;
                            /** @description What the clock of the machine says, epoch ms */
                            machine: number;
                            /** @description What time it is by what the service has lived through, epoch ms */
                            own: number;
                            /** @description The same in words */
                            state: string;
                        };
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
    "/v3/clock/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Vouch for the clock of the machine: it is right now, and is believed from now on */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description Whether the clock of the machine has jumped; nothing is destroyed by what it says then */
                            suspect: boolean;
                            /** @description What time it is at the least, epoch ms */
                            earliest: number;
                            /** @description What time it is at the most, epoch ms */
                            latest: number;
                            /** @description What the clock of the machine says, epoch ms */
                            machine: number;
                            /** @description What time it is by what the service has lived through, epoch ms */
                            own: number;
                            /** @description The same in words */
                            state: string;
                        };
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
    "/v3/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a consistent copy of the installation; it can be fetched when it is ready */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description With the trace list, if it is embedded
                         * @default true
                         */
                        list: boolean;
                        /**
                         * @description With the buckets, if they lie in the data directory
                         * @default true
                         */
                        objects: boolean;
                        /** @description Adds the root key, sealed with this password; else it is not in the backup */
                        root_key_password?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            state: "preparing" | "ready" | "failed";
                            /** @description Why it failed */
                            reason?: string;
                            /** @description 0 until it is ready */
                            files: number;
                            bytes: number;
                            info?: {
                                /** @description Id of the installation */
                                installation: string;
                                /** @description OpenCTS that wrote the data */
                                version: string;
                                /** @description Of the data directory */
                                directory_format: number;
                                /** @description Epoch ms */
                                begun: number;
                                /** @description Everything that was acknowledged before is in it, epoch ms */
                                as_of: number;
                                /** @description Whether the trace list is in it */
                                has_list: boolean;
                                /** @description Whether the buckets of the data directory are in it */
                                has_objects: boolean;
                                /** @description Whether the root key is in it, sealed with a password */
                                has_root_key: boolean;
                            };
                        };
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
    "/v3/backups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether a backup is ready */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            state: "preparing" | "ready" | "failed";
                            /** @description Why it failed */
                            reason?: string;
                            /** @description 0 until it is ready */
                            files: number;
                            bytes: number;
                            info?: {
                                /** @description Id of the installation */
                                installation: string;
                                /** @description OpenCTS that wrote the data */
                                version: string;
                                /** @description Of the data directory */
                                directory_format: number;
                                /** @description Epoch ms */
                                begun: number;
                                /** @description Everything that was acknowledged before is in it, epoch ms */
                                as_of: number;
                                /** @description Whether the trace list is in it */
                                has_list: boolean;
                                /** @description Whether the buckets of the data directory are in it */
                                has_objects: boolean;
                                /** @description Whether the root key is in it, sealed with a password */
                                has_root_key: boolean;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a backup of the service, when it was fetched */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/backups/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the files of a backup, each by its place in this list */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            total: number;
                            files: {
                                /** @description In the data directory */
                                path: string;
                                bytes: number;
                                /** @description It is a symbolic link to this place */
                                link?: string;
                            }[];
                        };
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
    "/v3/backups/{id}/files/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fetch a file of a backup; behind its bytes stands their SHA-256 in hexadecimal */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    index: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/trace-store": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show whether the trace store holds all that was indexed, and what is done about it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description What is wrong with the trace list, and what to do; null: nothing */
                            problem: string | null;
                            /** @description Traces that were indexed and that it does not hold */
                            missing: number;
                            /** @description Of these, those that neither the journal nor a trace file has */
                            unavailable: number;
                            /** @description Traces brought back since the service was started */
                            refilled: number;
                            /** @description Trace files that are read to fill it again; null: it is not being filled */
                            refilling: {
                                files: number;
                                files_done: number;
                            } | null;
                            /** @description Parts that are read to see whether they are whole; null: none now */
                            checking: {
                                parts: number;
                                parts_done: number;
                                bytes: number;
                                bytes_done: number;
                            } | null;
                            /** @description Trace files that could not be read for it since the start */
                            unreadable_files: number;
                            /** @description Parts that could not be read and are kept aside */
                            damaged_parts: string[];
                        };
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
    "/v3/trace-store/refill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring back what the trace store does not hold, out of the journal and of trace files */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Only traces of this project */
                        project_id?: string;
                        /** @description Only hours of record_time that end after it, epoch ms */
                        from?: number;
                        /** @description Only hours of record_time that begin before it, epoch ms */
                        to?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            begun: boolean;
                        };
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
    "/v2/{project_id}/notifications/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List topics, newest first */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                    topic_id?: string;
                    name?: string;
                    fuzzy_name?: string;
                    fuzzy_display_name?: string;
                    enterprise_project_id?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            topic_count: number;
                            topics: {
                                topic_urn: string;
                                name: string;
                                display_name: string;
                                push_policy: number;
                                topic_id: string;
                                create_time: string;
                                update_time: string;
                                enterprise_project_id: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a topic; one of that name that is there stays as it is */
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
                    "application/json": {
                        name: string;
                        /** @default  */
                        display_name: string;
                        /** @default 0 */
                        enterprise_project_id: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            topic_urn: string;
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            topic_urn: string;
                        };
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
    "/v2/{project_id}/notifications/topics/{topic_urn}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A topic */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            topic_urn: string;
                            name: string;
                            display_name: string;
                            push_policy: number;
                            topic_id: string;
                            create_time: string;
                            update_time: string;
                            enterprise_project_id: string;
                            request_id: string;
                        };
                    };
                };
            };
        };
        /** Set the display name of a topic; absent: emptied */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @default  */
                        display_name: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            topic_urn: string;
                        };
                    };
                };
            };
        };
        post?: never;
        /** Delete a topic and its subscriptions */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/notifications/topics/{topic_urn}/attributes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Attributes of a topic */
        get: {
            parameters: {
                query?: {
                    name?: "access_policy" | "introduction";
                };
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            attributes: {
                                access_policy?: string;
                                introduction?: string;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Set all attributes of a topic back to their defaults */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/notifications/topics/{topic_urn}/attributes/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set an attribute of a topic */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                    name: "access_policy" | "introduction";
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        value: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        post?: never;
        /** Set an attribute of a topic back to its default */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                    name: "access_policy" | "introduction";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/smn_topic/{resource_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tags of a topic */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tags: {
                                key: string;
                                /** @default  */
                                value: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Add a tag to a topic */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        tag: {
                            key: string;
                            /** @default  */
                            value: string;
                        };
                    };
                };
            };
            responses: {
                /** @description No body */
                204: {
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
    "/v2/{project_id}/smn_topic/{resource_id}/tags/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add or remove tags of a topic */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    resource_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        action: "create" | "delete";
                        tags: {
                            key: string;
                            /** @default  */
                            value: string;
                        }[];
                    };
                };
            };
            responses: {
                /** @description No body */
                204: {
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
    "/v2/{project_id}/smn_topic/{resource_id}/tags/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a tag of a topic */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    resource_id: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v2/{project_id}/smn_topic/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tags of all topics of the project */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            tags: {
                                key: string;
                                values: string[];
                            }[];
                            /** @description true: there are more values than are told (an addition of OpenCTS) */
                            truncated?: boolean;
                        };
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
    "/v2/{project_id}/smn_topic/resource_instances/action": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find or count topics by their tags */
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
                    "application/json": {
                        /** @enum {unknown} */
                        action: "filter" | "count";
                        tags?: {
                            key: string;
                            values?: string[];
                        }[];
                        matches?: {
                            /** @enum {unknown} */
                            key: "resource_name";
                            value: string;
                        }[];
                        limit?: number;
                        offset?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            resources?: {
                                resource_id: string;
                                resource_name: string;
                                resource_detail: {
                                    /** @description Id of the topic */
                                    detail_id: string;
                                    topic_urn: string;
                                    display_name: string;
                                    enterprise_project_id: string;
                                };
                                tags: {
                                    key: string;
                                    /** @default  */
                                    value: string;
                                }[];
                            }[];
                            total_count: number;
                        };
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
    "/v2/{project_id}/notifications/topics/{topic_urn}/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the subscriptions of a topic, oldest first */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                    /** @description One of email, sms, http, https */
                    protocol?: string;
                    status?: number;
                    endpoint?: string;
                    fuzzy_remark?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_count: number;
                            subscriptions: {
                                topic_urn: string;
                                subscription_urn: string;
                                protocol: string;
                                owner: string;
                                endpoint: string;
                                remark: string;
                                /** @description 0 unconfirmed, 1 confirmed, 3 cancelled by the subscriber */
                                status: number;
                                filter_polices: {
                                    name: string;
                                    string_equals: string[];
                                }[];
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Subscribe to a topic: one endpoint, or up to 50 in subscriptions */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description One of email, sms, http, https */
                        protocol?: string;
                        endpoint?: string;
                        /** @default  */
                        remark?: string;
                        extension?: {
                            /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                            header?: {
                                [key: string]: string;
                            };
                            /** @description Key events in batches, compressed (an addition of OpenCTS) */
                            batch?: {
                                /** @description Of a request, at most */
                                traces: number;
                                /** @description That a trace waits, at most */
                                seconds: number;
                            };
                            /**
                             * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                             * @enum {unknown}
                             */
                            form?: "opencts" | "slack" | "teams" | "plain";
                        };
                        subscriptions?: {
                            /** @description One of email, sms, http, https */
                            protocol: string;
                            endpoint: string;
                            /** @default  */
                            remark: string;
                            extension?: {
                                /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                header?: {
                                    [key: string]: string;
                                };
                                /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                batch?: {
                                    /** @description Of a request, at most */
                                    traces: number;
                                    /** @description That a trace waits, at most */
                                    seconds: number;
                                };
                                /**
                                 * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                 * @enum {unknown}
                                 */
                                form?: "opencts" | "slack" | "teams" | "plain";
                            };
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_urn?: string;
                            subscriptions_result?: {
                                subscription_urn?: string;
                                protocol: string;
                                endpoint: string;
                                remark: string;
                                code?: string;
                                message?: string;
                            }[];
                        };
                    };
                };
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_urn?: string;
                            subscriptions_result?: {
                                subscription_urn?: string;
                                protocol: string;
                                endpoint: string;
                                remark: string;
                                code?: string;
                                message?: string;
                            }[];
                        };
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
    "/v2/{project_id}/notifications/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the subscriptions of the project, oldest first */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                    /** @description One of email, sms, http, https */
                    protocol?: string;
                    status?: number;
                    endpoint?: string;
                    fuzzy_remark?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_count: number;
                            subscriptions: {
                                topic_urn: string;
                                subscription_urn: string;
                                protocol: string;
                                owner: string;
                                endpoint: string;
                                remark: string;
                                /** @description 0 unconfirmed, 1 confirmed, 3 cancelled by the subscriber */
                                status: number;
                                filter_polices: {
                                    name: string;
                                    string_equals: string[];
                                }[];
                            }[];
                        };
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
    "/v2/{project_id}/notifications/topics/{topic_urn}/subscriptions/{subscription_urn}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the remark of a subscription, and how it is delivered */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                    subscription_urn: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        remark?: string;
                        extension?: {
                            /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                            header?: {
                                [key: string]: string;
                            };
                            /** @description Key events in batches, compressed (an addition of OpenCTS) */
                            batch?: {
                                /** @description Of a request, at most */
                                traces: number;
                                /** @description That a trace waits, at most */
                                seconds: number;
                            };
                            /**
                             * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                             * @enum {unknown}
                             */
                            form?: "opencts" | "slack" | "teams" | "plain";
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        post?: never;
        /** Delete a subscription */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/notifications/subscriptions/{subscription_urn}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a subscription */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    subscription_urn: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/notifications/protocols": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Protocols of subscriptions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            protocols: string[];
                            /** @description Those by which nothing can be delivered until their gateway is configured */
                            without_gateway: string[];
                        };
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
    "/v2/{project_id}/notifications/subscriptions/filter_polices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace filter policies of subscriptions */
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
                    "application/json": {
                        polices: {
                            subscription_urn: string;
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            /** @description Subscriptions that were refused; empty: none was */
                            batch_result: {
                                subscription_urn: string;
                                code: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
        /** Set filter policies of subscriptions */
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
                    "application/json": {
                        polices: {
                            subscription_urn: string;
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            /** @description Subscriptions that were refused; empty: none was */
                            batch_result: {
                                subscription_urn: string;
                                code: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
        /** Remove the filter policies of subscriptions */
        delete: {
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
                    "application/json": {
                        subscription_urns: string[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            /** @description Subscriptions that were refused; empty: none was */
                            batch_result: {
                                subscription_urn: string;
                                code: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/notifications/topics/{topic_urn}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a message; it is accepted, not yet delivered */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @default  */
                        subject: string;
                        message?: string;
                        /** @description JSON text: a message for each protocol, and default */
                        message_structure?: string;
                        message_template_name?: string;
                        tags?: {
                            [key: string]: string;
                        };
                        /** @description Only subscribers whose filter policies have a value of each of them get the message */
                        message_attributes?: {
                            /** @description That of policies, or smn_protocol */
                            name: string;
                            /** @enum {unknown} */
                            type: "STRING" | "STRING_ARRAY" | "PROTOCOL";
                            /** @description A text (STRING) or a list of them: values, or protocols */
                            value: string | string[];
                        }[];
                        /**
                         * @description Seconds for which delivery is tried
                         * @default 3600
                         */
                        time_to_live: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            message_id: string;
                        };
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
    "/v2/{project_id}/notifications/sms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one text message, without a topic; it is tried once */
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
                    "application/json": {
                        /** @description "+" and country code, or the national number, digits only */
                        endpoint: string;
                        message: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            message_id: string;
                        };
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
    "/v2/{project_id}/notifications/message_template": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List message templates, oldest first */
        get: {
            parameters: {
                query?: {
                    offset?: number;
                    limit?: number;
                    message_template_name?: string;
                    protocol?: string;
                };
                header?: never;
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            message_template_count: number;
                            message_templates: {
                                message_template_id: string;
                                message_template_name: string;
                                protocol: string;
                                tag_names: string[];
                                create_time: string;
                                update_time: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a message template */
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
                    "application/json": {
                        message_template_name: string;
                        content: string;
                        /**
                         * @default default
                         * @enum {unknown}
                         */
                        protocol: "default" | "email" | "sms" | "http" | "https";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            message_template_id: string;
                        };
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
    "/v2/{project_id}/notifications/message_template/{template_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A message template */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    template_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            message_template_id: string;
                            message_template_name: string;
                            protocol: string;
                            tag_names: string[];
                            create_time: string;
                            update_time: string;
                            content: string;
                        };
                    };
                };
            };
        };
        /** Change the text of a message template */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    template_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        content: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        post?: never;
        /** Delete a message template */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    template_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/{project_id}/notifications/topics/{topic_urn}/detection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try whether an endpoint can be reached, with one request */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        protocol: "http" | "https";
                        endpoint: string;
                        extension?: {
                            /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                            header?: {
                                [key: string]: string;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            task_id: string;
                        };
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
    "/v2/{project_id}/notifications/topics/{topic_urn}/detection/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What came of trying an endpoint; known for an hour */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    /** @description urn:smn:{region}:{project_id}:{topic} */
                    topic_urn: string;
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            /** @description 0 it can be reached, 1 it is being tried, 2 it cannot */
                            status: number;
                            detail?: {
                                /** @description Of the answer; 0: it was not sent, -1: no answer came */
                                httpCode: number;
                                /** @description What went wrong, or the beginning of a refusal */
                                httpResponse: string;
                            };
                        };
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
    "/smn/subscription/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Confirm a subscription: at once for HTTP(S), by a page with a button for people */
        get: {
            parameters: {
                query?: {
                    token?: string;
                    topic_urn?: string;
                    endpoint?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Confirm a subscription by the button of its page */
        post: {
            parameters: {
                query?: {
                    token?: string;
                    topic_urn?: string;
                    endpoint?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
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
    "/smn/subscription/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page with a button to leave a topic */
        get: {
            parameters: {
                query?: {
                    subscription_urn?: string;
                    token?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Leave a topic by the button of its page */
        post: {
            parameters: {
                query?: {
                    subscription_urn?: string;
                    token?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
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
    "/rest/v2/notifications/subscription/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Confirm a subscription by program */
        get: {
            parameters: {
                query?: {
                    token?: string;
                    topic_urn?: string;
                    endpoint?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_urn: string;
                        };
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
    "/v2/notifications/subscriptions/subscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Confirm a subscription by program */
        get: {
            parameters: {
                query?: {
                    token?: string;
                    topic_urn?: string;
                    endpoint?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                            subscription_urn: string;
                        };
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
    "/rest/v2/notifications/subscription/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leave a topic by program */
        get: {
            parameters: {
                query?: {
                    subscription_urn?: string;
                    token?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
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
    "/v2/notifications/subscriptions/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leave a topic by program */
        get: {
            parameters: {
                query?: {
                    subscription_urn?: string;
                    token?: string;
                    region?: string;
                    region_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            message: string;
                        };
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
    "/smn/{certificate}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The certificate with which messages are verified (signing_cert_url) */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    certificate: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v2/notifications/certifications/download/{certificate}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The certificate with which messages are verified (signing_cert_url) */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    certificate: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/{project_id}/smn/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Subscriptions of the project with the state of their delivery, oldest first */
        get: {
            parameters: {
                query?: {
                    topic_urn?: string;
                    limit?: number;
                    /** @description `next` of the page before */
                    marker?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subscriptions: {
                                subscription_id: string;
                                subscription_urn: string;
                                topic_urn: string;
                                protocol: string;
                                endpoint: string;
                                remark: string;
                                extension: {
                                    /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                    header?: {
                                        [key: string]: string;
                                    };
                                    /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                    batch?: {
                                        /** @description Of a request, at most */
                                        traces: number;
                                        /** @description That a trace waits, at most */
                                        seconds: number;
                                    };
                                    /**
                                     * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                     * @enum {unknown}
                                     */
                                    form?: "opencts" | "slack" | "teams" | "plain";
                                };
                                filter_polices: {
                                    name: string;
                                    string_equals: string[];
                                }[];
                                /** @enum {unknown} */
                                state: "pending" | "confirmed" | "cancelled" | "paused" | "failing";
                                /** @enum {unknown} */
                                paused_by?: "person" | "failures";
                                failing_since?: number;
                                next_attempt?: number;
                                create_time: number;
                                /** @description Messages that wait */
                                waiting: number;
                                /** @description Messages that were given up */
                                dead: number;
                            }[];
                            /** @description null: these were the last */
                            next: string | null;
                        };
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
    "/v3/{project_id}/smn/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How delivery goes for each topic of the project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            topics: {
                                topic_urn: string;
                                subscriptions: number;
                                /** @description Confirmed subscriptions that fail or are paused */
                                failing: number;
                                /** @description Messages that wait */
                                waiting: number;
                                /** @description Messages that were given up */
                                dead: number;
                            }[];
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last attempts to deliver to a subscriber, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            attempts: {
                                message_id: string;
                                subject: string;
                                time: number;
                                /** @description ms */
                                took: number;
                                delivered: boolean;
                                /** @description What the other side said, or what went wrong */
                                answer: string;
                            }[];
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send nothing to a subscriber; messages wait */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subscription_id: string;
                            subscription_urn: string;
                            topic_urn: string;
                            protocol: string;
                            endpoint: string;
                            remark: string;
                            extension: {
                                /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                header?: {
                                    [key: string]: string;
                                };
                                /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                batch?: {
                                    /** @description Of a request, at most */
                                    traces: number;
                                    /** @description That a trace waits, at most */
                                    seconds: number;
                                };
                                /**
                                 * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                 * @enum {unknown}
                                 */
                                form?: "opencts" | "slack" | "teams" | "plain";
                            };
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                            /** @enum {unknown} */
                            state: "pending" | "confirmed" | "cancelled" | "paused" | "failing";
                            /** @enum {unknown} */
                            paused_by?: "person" | "failures";
                            failing_since?: number;
                            next_attempt?: number;
                            create_time: number;
                            /** @description Messages that wait */
                            waiting: number;
                            /** @description Messages that were given up */
                            dead: number;
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send to a subscriber again, now */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subscription_id: string;
                            subscription_urn: string;
                            topic_urn: string;
                            protocol: string;
                            endpoint: string;
                            remark: string;
                            extension: {
                                /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                header?: {
                                    [key: string]: string;
                                };
                                /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                batch?: {
                                    /** @description Of a request, at most */
                                    traces: number;
                                    /** @description That a trace waits, at most */
                                    seconds: number;
                                };
                                /**
                                 * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                 * @enum {unknown}
                                 */
                                form?: "opencts" | "slack" | "teams" | "plain";
                            };
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                            /** @enum {unknown} */
                            state: "pending" | "confirmed" | "cancelled" | "paused" | "failing";
                            /** @enum {unknown} */
                            paused_by?: "person" | "failures";
                            failing_since?: number;
                            next_attempt?: number;
                            create_time: number;
                            /** @description Messages that wait */
                            waiting: number;
                            /** @description Messages that were given up */
                            dead: number;
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/confirm-again": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the confirmation once more */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subscription_id: string;
                            subscription_urn: string;
                            topic_urn: string;
                            protocol: string;
                            endpoint: string;
                            remark: string;
                            extension: {
                                /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                header?: {
                                    [key: string]: string;
                                };
                                /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                batch?: {
                                    /** @description Of a request, at most */
                                    traces: number;
                                    /** @description That a trace waits, at most */
                                    seconds: number;
                                };
                                /**
                                 * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                 * @enum {unknown}
                                 */
                                form?: "opencts" | "slack" | "teams" | "plain";
                            };
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                            /** @enum {unknown} */
                            state: "pending" | "confirmed" | "cancelled" | "paused" | "failing";
                            /** @enum {unknown} */
                            paused_by?: "person" | "failures";
                            failing_since?: number;
                            next_attempt?: number;
                            create_time: number;
                            /** @description Messages that wait */
                            waiting: number;
                            /** @description Messages that were given up */
                            dead: number;
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test message to one subscriber */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    subscription_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            subscription_id: string;
                            subscription_urn: string;
                            topic_urn: string;
                            protocol: string;
                            endpoint: string;
                            remark: string;
                            extension: {
                                /** @description Sent along; names begin with x-. Values are told as ********; one that is sent back so stays as it is */
                                header?: {
                                    [key: string]: string;
                                };
                                /** @description Key events in batches, compressed (an addition of OpenCTS) */
                                batch?: {
                                    /** @description Of a request, at most */
                                    traces: number;
                                    /** @description That a trace waits, at most */
                                    seconds: number;
                                };
                                /**
                                 * @description In which form messages are sent: opencts (the default), signed; slack and teams, for the web hooks of those; plain, a JSON object of texts (an addition of OpenCTS)
                                 * @enum {unknown}
                                 */
                                form?: "opencts" | "slack" | "teams" | "plain";
                            };
                            filter_polices: {
                                name: string;
                                string_equals: string[];
                            }[];
                            /** @enum {unknown} */
                            state: "pending" | "confirmed" | "cancelled" | "paused" | "failing";
                            /** @enum {unknown} */
                            paused_by?: "person" | "failures";
                            failing_since?: number;
                            next_attempt?: number;
                            create_time: number;
                            /** @description Messages that wait */
                            waiting: number;
                            /** @description Messages that were given up */
                            dead: number;
                        };
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
    "/v3/{project_id}/smn/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages that were given up, newest first; they are kept for 30 days */
        get: {
            parameters: {
                query?: {
                    subscription_id?: string;
                    topic_urn?: string;
                    limit?: number;
                    /** @description `next` of the page before */
                    marker?: number;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description null: these were the last */
                            next: number | null;
                            dead_letters: {
                                id: number;
                                subscription_id: string;
                                endpoint: string;
                                message_id: string;
                                kind: string;
                                summary: string;
                                attempts: number;
                                reason: string;
                                create_time: number;
                                dead_time: number;
                            }[];
                        };
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
    "/v3/{project_id}/smn/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send dead letters again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Dead letters; absent: all */
                        ids?: number[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count: number;
                        };
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
    "/v3/{project_id}/smn/dead-letters/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget dead letters */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Dead letters; absent: all */
                        ids?: number[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            count: number;
                        };
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
    "/v3/{project_id}/smn/subscriptions/{subscription_id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm a subscription whose receiver takes messages in its own form and cannot confirm */
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
            requestBody: {
                content: {
                    "application/json": {
                        /** @description That of the subscription, so that the right one is confirmed */
                        endpoint: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            request_id: string;
                        };
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
    "/v1.0/{project_id}/tracker": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The management tracker; without a name, a list with it */
        get: {
            parameters: {
                query?: {
                    tracker_name?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Create the management tracker */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Bucket; empty: no transfer */
                        bucket_name?: string;
                        /** @description Beginning of the names of trace files */
                        file_prefix_name?: string;
                        /** @description Make the bucket; false: it must exist. Default false */
                        is_obs_created?: boolean;
                        /** @enum {unknown} */
                        status?: "enabled" | "disabled";
                        lts?: {
                            is_lts_enabled?: boolean;
                        };
                        log_file_validate?: {
                            is_support_validate?: boolean;
                        };
                        is_support_trace_files_encryption?: boolean;
                        kms_id?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Delete the management tracker */
        delete: {
            parameters: {
                query?: {
                    tracker_name?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v1.0/{project_id}/tracker/{tracker_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the management tracker */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    tracker_name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Bucket; empty: no transfer */
                        bucket_name?: string;
                        /** @description Beginning of the names of trace files */
                        file_prefix_name?: string;
                        /** @description Make the bucket; false: it must exist. Default false */
                        is_obs_created?: boolean;
                        /** @enum {unknown} */
                        status?: "enabled" | "disabled";
                        lts?: {
                            is_lts_enabled?: boolean;
                        };
                        log_file_validate?: {
                            is_support_validate?: boolean;
                        };
                        is_support_trace_files_encryption?: boolean;
                        kms_id?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
    "/v1.0/{project_id}/{tracker_name}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List traces, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_status?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description Traces of a page */
                    limit?: number;
                    /** @description Marker of the page before, or a trace id */
                    next?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    tracker_name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v2.0/{project_id}/{tracker_name}/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List traces, newest first */
        get: {
            parameters: {
                query?: {
                    /** @description Epoch ms; only later traces. Default: an hour before `to` */
                    from?: number;
                    /** @description Epoch ms; only earlier traces. Default: now */
                    to?: number;
                    /** @description Trace source; exact and case-sensitive */
                    service_type?: string;
                    /** @description Resource type; exact and case-sensitive */
                    resource_type?: string;
                    /** @description Resource ID; exact and case-sensitive */
                    resource_id?: string;
                    /** @description Resource name; exact and case-sensitive */
                    resource_name?: string;
                    /** @description When given, everything else is ignored */
                    trace_id?: string;
                    /** @description Trace name; exact and case-sensitive */
                    trace_name?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_rating?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description User name; may be given several times */
                    user?: string[];
                    /** @description Source address; exact and case-sensitive */
                    source_ip?: string;
                    /** @description Access key of the user; exact and case-sensitive */
                    access_key_id?: string;
                    /** @description Enterprise project; exact and case-sensitive */
                    enterprise_project_id?: string;
                    /** @description Trace status; failed, an addition of OpenCTS: warning and incident */
                    trace_status?: "normal" | "warning" | "incident" | "failed" | "";
                    /** @description Traces of a page */
                    limit?: number;
                    /** @description Marker of the page before, or a trace id */
                    next?: string;
                };
                header?: never;
                path: {
                    /** @description Project, 32 hex digits */
                    project_id: string;
                    tracker_name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version of the API */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of the identity service */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version of the identity service */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/v3/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a token says */
        get: {
            parameters: {
                query?: {
                    /** @description Any value: leave the catalog empty */
                    nocatalog?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            token: {
                                methods: string[];
                                issued_at: string;
                                expires_at: string;
                                user: {
                                    id: string;
                                    name: string;
                                    domain: {
                                        id: string;
                                        name: string;
                                    };
                                    password_expires_at: string;
                                };
                                project?: {
                                    id: string;
                                    name: string;
                                    domain: {
                                        id: string;
                                        name: string;
                                    };
                                };
                                domain?: {
                                    id: string;
                                    name: string;
                                };
                                roles: {
                                    id: string;
                                    name: string;
                                }[];
                                catalog: {
                                    id: string;
                                    type: string;
                                    name: string;
                                    endpoints: {
                                        id: string;
                                        interface: string;
                                        region: string;
                                        region_id: string;
                                        url: string;
                                    }[];
                                }[];
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Sign in */
        post: {
            parameters: {
                query?: {
                    /** @description Any value: leave the catalog empty */
                    nocatalog?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        auth: {
                            identity: {
                                methods: string[];
                                password?: {
                                    user: {
                                        id?: string;
                                        name?: string;
                                        /** Format: password */
                                        password: string;
                                        domain?: {
                                            id?: string;
                                            name?: string;
                                        };
                                    };
                                };
                                token?: {
                                    id: string;
                                };
                            };
                            scope?: "unscoped" | {
                                project?: {
                                    id?: string;
                                    name?: string;
                                    domain?: {
                                        id?: string;
                                        name?: string;
                                    };
                                };
                                domain?: {
                                    id?: string;
                                    name?: string;
                                };
                                unscoped?: Record<string, never>;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            token: {
                                methods: string[];
                                issued_at: string;
                                expires_at: string;
                                user: {
                                    id: string;
                                    name: string;
                                    domain: {
                                        id: string;
                                        name: string;
                                    };
                                    password_expires_at: string;
                                };
                                project?: {
                                    id: string;
                                    name: string;
                                    domain: {
                                        id: string;
                                        name: string;
                                    };
                                };
                                domain?: {
                                    id: string;
                                    name: string;
                                };
                                roles: {
                                    id: string;
                                    name: string;
                                }[];
                                catalog: {
                                    id: string;
                                    type: string;
                                    name: string;
                                    endpoints: {
                                        id: string;
                                        interface: string;
                                        region: string;
                                        region_id: string;
                                        url: string;
                                    }[];
                                }[];
                            };
                        };
                    };
                };
            };
        };
        /** Revoke a token */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/auth/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Endpoints of the services */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            catalog: {
                                id: string;
                                type: string;
                                name: string;
                                endpoints: {
                                    id: string;
                                    interface: string;
                                    region: string;
                                    region_id: string;
                                    url: string;
                                }[];
                            }[];
                            links: {
                                self: string;
                            };
                        };
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
    "/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether people sign in through an OpenID Connect provider */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            enabled: boolean;
                        };
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
    "/oidc/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Go to the provider */
        get: {
            parameters: {
                query?: {
                    return?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Come back from the provider */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
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
    "/oidc/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin the console session of a person who has come back from the provider */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                name: string;
                            };
                            domain: {
                                id: string;
                                name: string;
                            };
                            expires_at: string;
                            /** @description Whether the user may see the quarantine of the installation */
                            operator: boolean;
                            /** @description That the user may enter */
                            projects: {
                                id: string;
                                name: string;
                                region: string;
                            }[];
                        };
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
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session of this browser, if there is one */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            session?: {
                                user: {
                                    id: string;
                                    name: string;
                                };
                                domain: {
                                    id: string;
                                    name: string;
                                };
                                expires_at: string;
                                /** @description Whether the user may see the quarantine of the installation */
                                operator: boolean;
                                /** @description That the user may enter */
                                projects: {
                                    id: string;
                                    name: string;
                                    region: string;
                                }[];
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Sign in to the console */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        account: string;
                        user: string;
                        /** Format: password */
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                name: string;
                            };
                            domain: {
                                id: string;
                                name: string;
                            };
                            expires_at: string;
                            /** @description Whether the user may see the quarantine of the installation */
                            operator: boolean;
                            /** @description That the user may enter */
                            projects: {
                                id: string;
                                name: string;
                                region: string;
                            }[];
                        };
                    };
                };
            };
        };
        /** Sign out of the console */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    enabled?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            users: {
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                password_expires_at: null;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a user */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        user: {
                            name: string;
                            /** Format: password */
                            password?: string;
                            description?: string;
                            enabled?: boolean;
                            domain_id?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                password_expires_at: null;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                password_expires_at: null;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a user */
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
                /** @description No body */
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
        /** Change a user */
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
                    "application/json": {
                        user: {
                            name?: string;
                            /** Format: password */
                            password?: string;
                            description?: string;
                            enabled?: boolean;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                password_expires_at: null;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/v3/users/{user_id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the own password */
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
                    "application/json": {
                        user: {
                            /** Format: password */
                            password: string;
                            /** Format: password */
                            original_password: string;
                        };
                    };
                };
            };
            responses: {
                /** @description No body */
                204: {
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
    "/v3/users/{user_id}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Groups of a user */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            groups: {
                                id: string;
                                name: string;
                                domain_id: string;
                                description: string;
                                /** @description Epoch ms */
                                create_time: number;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3.0/OS-USER/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a user */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        user: {
                            email?: string;
                            areacode?: string;
                            phone?: string;
                            /** @enum {unknown} */
                            access_mode?: "default" | "programmatic" | "console";
                            pwd_status?: boolean;
                            xuser_type?: string;
                            xuser_id?: string;
                            name: string;
                            /** Format: password */
                            password?: string;
                            description?: string;
                            enabled?: boolean;
                            domain_id?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                email: string;
                                areacode: string;
                                phone: string;
                                /** @enum {unknown} */
                                access_mode: "default" | "programmatic" | "console";
                                pwd_status: boolean;
                                xuser_type: string;
                                xuser_id: string;
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                is_domain_owner: boolean;
                                /** @description UTC, as in 2026-11-05 09:30:00.0 */
                                create_time: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3.0/OS-USER/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                email: string;
                                areacode: string;
                                phone: string;
                                /** @enum {unknown} */
                                access_mode: "default" | "programmatic" | "console";
                                pwd_status: boolean;
                                xuser_type: string;
                                xuser_id: string;
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                is_domain_owner: boolean;
                                /** @description UTC, as in 2026-11-05 09:30:00.0 */
                                create_time: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        /** Change a user */
        put: {
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
                    "application/json": {
                        user: {
                            email?: string;
                            areacode?: string;
                            phone?: string;
                            /** @enum {unknown} */
                            access_mode?: "default" | "programmatic" | "console";
                            pwd_status?: boolean;
                            xuser_type?: string;
                            xuser_id?: string;
                            name?: string;
                            /** Format: password */
                            password?: string;
                            description?: string;
                            enabled?: boolean;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                email: string;
                                areacode: string;
                                phone: string;
                                /** @enum {unknown} */
                                access_mode: "default" | "programmatic" | "console";
                                pwd_status: boolean;
                                xuser_type: string;
                                xuser_id: string;
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                is_domain_owner: boolean;
                                /** @description UTC, as in 2026-11-05 09:30:00.0 */
                                create_time: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List groups */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            groups: {
                                id: string;
                                name: string;
                                domain_id: string;
                                description: string;
                                /** @description Epoch ms */
                                create_time: number;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a group */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        group: {
                            name: string;
                            description?: string;
                            domain_id?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            group: {
                                id: string;
                                name: string;
                                domain_id: string;
                                description: string;
                                /** @description Epoch ms */
                                create_time: number;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
        /** A group */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            group: {
                                id: string;
                                name: string;
                                domain_id: string;
                                description: string;
                                /** @description Epoch ms */
                                create_time: number;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a group */
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
                /** @description No body */
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
        /** Change a group */
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
                    "application/json": {
                        group: {
                            name?: string;
                            description?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            group: {
                                id: string;
                                name: string;
                                domain_id: string;
                                description: string;
                                /** @description Epoch ms */
                                create_time: number;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
        /** Members of a group */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            users: {
                                id: string;
                                name: string;
                                domain_id: string;
                                enabled: boolean;
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                password_expires_at: null;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
        /** Whether a user is in a group */
        get: {
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
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Add a user to a group */
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
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        /** Remove a user from a group */
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
                /** @description No body */
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
    "/v3/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List roles */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    display_name?: string;
                    /** @description Only the policies that are its own */
                    domain_id?: string;
                    /** @description Number of the page, from 1 */
                    page?: number;
                    /** @description Size of a page; 300 */
                    per_page?: number;
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            roles: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
        /** A role */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            role: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3.0/OS-ROLE/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List roles */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    display_name?: string;
                    /** @description Only the policies that are its own */
                    domain_id?: string;
                    /** @description Number of the page, from 1 */
                    page?: number;
                    /** @description Size of a page; 300 */
                    per_page?: number;
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            roles: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a custom policy */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        role: {
                            display_name: string;
                            description?: string;
                            policy: {
                                /** @description 1.0 or 1.1 */
                                Version?: string;
                                Statement: {
                                    /** @enum {unknown} */
                                    Effect: "Allow" | "Deny";
                                    Action: string[];
                                }[];
                            };
                            /**
                             * @description AX: of the account, XA: of projects; kept, and nothing follows from it
                             * @enum {unknown}
                             */
                            type?: "AX" | "XA";
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            role: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3.0/OS-ROLE/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A role */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            role: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a custom policy */
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
                /** @description No body */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** Change a custom policy */
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
                    "application/json": {
                        role: {
                            display_name?: string;
                            description?: string;
                            policy?: {
                                /** @description 1.0 or 1.1 */
                                Version?: string;
                                Statement: {
                                    /** @enum {unknown} */
                                    Effect: "Allow" | "Deny";
                                    Action: string[];
                                }[];
                            };
                            /**
                             * @description AX: of the account, XA: of projects; kept, and nothing follows from it
                             * @enum {unknown}
                             */
                            type?: "AX" | "XA";
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            role: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/v3/role_assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which group holds which role where */
        get: {
            parameters: {
                query?: {
                    "role.id"?: string;
                    "group.id"?: string;
                    /** @description Roles are held by groups: of its groups */
                    "user.id"?: string;
                    "scope.project.id"?: string;
                    "scope.domain.id"?: string;
                    "scope.OS-INHERIT:inherited_to"?: "projects";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            role_assignments: {
                                role: {
                                    id: string;
                                };
                                group: {
                                    id: string;
                                };
                                scope: {
                                    project?: {
                                        id: string;
                                    };
                                    domain?: {
                                        id: string;
                                    };
                                    "OS-INHERIT:inherited_to"?: string;
                                };
                                links: {
                                    assignment: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/projects/{scope_id}/groups/{group_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles of a group in a project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            roles: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/projects/{scope_id}/groups/{group_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check a role of a group in a project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Grant a role of a group in a project */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        /** Revoke a role of a group in a project */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/domains/{scope_id}/groups/{group_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles of a group in the account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            roles: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/domains/{scope_id}/groups/{group_id}/roles/{role_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check a role of a group in the account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Grant a role of a group in the account */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        /** Revoke a role of a group in the account */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/OS-INHERIT/domains/{scope_id}/groups/{group_id}/roles/inherited_to_projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles of a group in all projects of the account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            roles: {
                                id: string;
                                name: string;
                                /** @description Account whose own policy it is; null: a role of all */
                                domain_id: string | null;
                                display_name: string;
                                description: string;
                                type: string;
                                catalog: string;
                                policy: {
                                    /** @description 1.0 or 1.1 */
                                    Version?: string;
                                    Statement: {
                                        /** @enum {unknown} */
                                        Effect: "Allow" | "Deny";
                                        Action: string[];
                                    }[];
                                };
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/OS-INHERIT/domains/{scope_id}/groups/{group_id}/roles/{role_id}/inherited_to_projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check a role of a group in all projects of the account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Grant a role of a group in all projects of the account */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        /** Revoke a role of a group in all projects of the account */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope_id: string;
                    group_id: string;
                    role_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
    "/v3/auth/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects that the caller may enter */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            projects: {
                                id: string;
                                name: string;
                                domain_id: string;
                                parent_id: string;
                                is_domain: boolean;
                                enabled: boolean;
                                description: string;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects of the account */
        get: {
            parameters: {
                query?: {
                    name?: string;
                    domain_id?: string;
                    parent_id?: string;
                    enabled?: boolean;
                    /** @description Number of the page, from 1 */
                    page?: number;
                    /** @description Size of a page; 300 */
                    per_page?: number;
                    offset?: number;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            projects: {
                                id: string;
                                name: string;
                                domain_id: string;
                                parent_id: string;
                                is_domain: boolean;
                                enabled: boolean;
                                description: string;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a project */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        project: {
                            /** @description The name of its region, "_" and more */
                            name: string;
                            description?: string;
                            domain_id?: string;
                            parent_id?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            project: {
                                id: string;
                                name: string;
                                domain_id: string;
                                parent_id: string;
                                is_domain: boolean;
                                enabled: boolean;
                                description: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            project: {
                                id: string;
                                name: string;
                                domain_id: string;
                                parent_id: string;
                                is_domain: boolean;
                                enabled: boolean;
                                description: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a project in which nothing is set up */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** Change a project */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        project: {
                            /** @description The name of its region, "_" and more */
                            name?: string;
                            description?: string;
                            enabled?: boolean;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            project: {
                                id: string;
                                name: string;
                                domain_id: string;
                                parent_id: string;
                                is_domain: boolean;
                                enabled: boolean;
                                description: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/v3/auth/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account of the caller */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            domains: {
                                id: string;
                                name: string;
                                description: string;
                                enabled: boolean;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts of the installation */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            domains: {
                                id: string;
                                name: string;
                                description: string;
                                enabled: boolean;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create an account with its projects and its first administrator */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        domain: {
                            name: string;
                            description?: string;
                            admin: {
                                name: string;
                                /** Format: password */
                                password: string;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            domain: {
                                id: string;
                                name: string;
                                description: string;
                                enabled: boolean;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3/domains/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            domain: {
                                id: string;
                                name: string;
                                description: string;
                                enabled: boolean;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change an account; one that is disabled is shut out */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        domain: {
                            description?: string;
                            enabled?: boolean;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            domain: {
                                id: string;
                                name: string;
                                description: string;
                                enabled: boolean;
                                links: {
                                    self: string;
                                };
                            };
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/v3/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Regions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            regions: {
                                id: string;
                                type: string;
                                parent_region_id: null;
                                description: string;
                                links: {
                                    self: string;
                                };
                            }[];
                            links: {
                                self: string;
                                next: string | null;
                                previous: string | null;
                            };
                        };
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
    "/v3/regions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A region */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            region: {
                                id: string;
                                type: string;
                                parent_region_id: null;
                                description: string;
                                links: {
                                    self: string;
                                };
                            };
                        };
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
    "/v3.0/OS-CREDENTIAL/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List access keys */
        get: {
            parameters: {
                query?: {
                    user_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credentials: {
                                access: string;
                                user_id: string;
                                /** @enum {unknown} */
                                status: "active" | "inactive";
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                last_use_time: string | null;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create an access key; its secret is shown this once */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        credential: {
                            user_id: string;
                            description?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credential: {
                                access: string;
                                user_id: string;
                                /** @enum {unknown} */
                                status: "active" | "inactive";
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                last_use_time: string | null;
                                secret: string;
                            };
                        };
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
    "/v3.0/OS-CREDENTIAL/credentials/{access}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An access key */
        get: {
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credential: {
                                access: string;
                                user_id: string;
                                /** @enum {unknown} */
                                status: "active" | "inactive";
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                last_use_time: string | null;
                            };
                        };
                    };
                };
            };
        };
        /** Turn an access key on or off */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    access: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        credential: {
                            /** @enum {unknown} */
                            status?: "active" | "inactive";
                            description?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credential: {
                                access: string;
                                user_id: string;
                                /** @enum {unknown} */
                                status: "active" | "inactive";
                                description: string;
                                /** @description ISO 8601 with microseconds */
                                create_time: string;
                                last_use_time: string | null;
                            };
                        };
                    };
                };
            };
        };
        post?: never;
        /** Delete an access key */
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
                /** @description No body */
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
    "/v3.0/OS-CREDENTIAL/securitytokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a temporary access key */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        auth: {
                            identity: {
                                methods: "token"[];
                                token?: {
                                    /** Format: password */
                                    id?: string;
                                    duration_seconds?: number;
                                };
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            credential: {
                                access: string;
                                secret: string;
                                securitytoken: string;
                                expires_at: string;
                            };
                        };
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
    "/v3/{project_id}/ingest-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List ingest keys */
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            ingest_keys: {
                                id: string;
                                name: string;
                                /** @description Trace source that it may report; *: any */
                                source: string;
                                created_by: string;
                                create_time: number;
                                /** @description Within a minute; absent: never used */
                                last_used_time?: number;
                                /** @description The bearer; shown this once */
                                secret?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create an ingest key: a bearer for producers that can only set a header */
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
                    "application/json": {
                        name: string;
                        /** @default * */
                        source?: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            /** @description Trace source that it may report; *: any */
                            source: string;
                            created_by: string;
                            create_time: number;
                            /** @description Within a minute; absent: never used */
                            last_used_time?: number;
                            /** @description The bearer; shown this once */
                            secret?: string;
                        };
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
    "/v3/{project_id}/ingest-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an ingest key */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    project_id: string;
                    key_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description No body */
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Trace */
        "def-0": {
            /** @description Identity of the trace, a UUID */
            trace_id: string;
            /** @description Operation */
            trace_name: string;
            /**
             * @description normal: succeeded; warning: failed; incident: caused a serious consequence beyond its own failure
             * @enum {unknown}
             */
            trace_rating: "normal" | "warning" | "incident";
            /** @description Source of the request: ConsoleAction, ApiCall, SystemAction; for objects ObsSDK, ObsAPI, Others */
            trace_type: string;
            /** @description Trace source: the cloud service */
            service_type: string;
            /** @description Kind of resource */
            resource_type: string;
            /** @description Name of the resource */
            resource_name?: string;
            /** @description Id of the resource; missing when creation failed */
            resource_id?: string;
            /** @description When it happened, epoch milliseconds */
            time: number;
            /** @description When it was recorded, epoch milliseconds */
            record_time: number;
            user?: {
                /** @description User id, 32 hex digits */
                id?: string;
                /** @description User name; `alice/op_service` during a temporary privilege */
                name?: string;
                /** @description Account of the user */
                domain?: {
                    id?: string;
                    name?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @description Same as name */
                user_name?: string;
                /** @description Same as domain.id */
                account_id?: string;
                /** @description Access key used, permanent or temporary */
                access_key_id?: string;
                /** @description Kind of identity */
                type?: string;
                principal_id?: string;
                principal_urn?: string;
                /** @description "true" or "false" */
                principal_is_root_user?: string;
                /** @description Services that sent the call on */
                invoked_by?: string[];
                session_context?: {
                    attributes?: {
                        created_at?: string;
                        mfa_authenticated?: string;
                    };
                } & {
                    [key: string]: unknown;
                };
                /** @description Who assumed the agency */
                OriginUser?: string;
            } & {
                [key: string]: unknown;
            };
            /** @description Address of the caller; empty for SystemAction */
            source_ip?: string;
            /** @description HTTP status of the operation */
            code?: string;
            /** @description Version of the called API */
            api_version?: string;
            /** @description Body or parameters, JSON text; secrets masked */
            request?: string;
            /** @description Answer, JSON text; secrets masked */
            response?: string;
            /** @description Remark of the service, plain or JSON text */
            message?: string;
            request_id?: string;
            /** @description Data for finding a fault after an error */
            location_info?: string;
            /** @description Host of the resource's page */
            endpoint?: string;
            /** @description Path of the resource's page */
            resource_url?: string;
            /** @description Family: system, global or data */
            event_type?: string;
            /** @description Tracker that recorded it */
            tracker_name?: string;
            project_id?: string;
            domain_id?: string;
            /** @description Account that owns the resource */
            resource_account_id?: string;
            /** @description The operation changes nothing */
            read_only?: boolean;
            /** @description Operation's name in the API's own terms */
            operation_id?: string;
            enterprise_project_id?: string;
            user_agent?: string;
            /** @description Length of the request body, bytes */
            content_length?: number;
            /** @description Time to answer, ms */
            total_time?: number;
        } & {
            [key: string]: unknown;
        };
        /** TraceInput */
        "def-1": {
            /** @description Makes a retry idempotent; a UUID is kept as it is */
            trace_id?: string;
            /** @description Operation */
            trace_name: string;
            /** @enum {unknown} */
            trace_rating?: "normal" | "warning" | "incident";
            /** @description Source of the request: ConsoleAction, ApiCall, SystemAction; for objects ObsSDK, ObsAPI, Others */
            trace_type: string;
            /** @description Trace source: the cloud service */
            service_type: string;
            /** @description Kind of resource */
            resource_type: string;
            /** @description Name of the resource */
            resource_name?: string;
            /** @description Id of the resource; missing when creation failed */
            resource_id?: string;
            /** @description Epoch milliseconds, 13 digits */
            time: number;
            user?: {
                /** @description User id, 32 hex digits */
                id?: string;
                /** @description User name; `alice/op_service` during a temporary privilege */
                name?: string;
                /** @description Account of the user */
                domain?: {
                    id?: string;
                    name?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @description Same as name */
                user_name?: string;
                /** @description Same as domain.id */
                account_id?: string;
                /** @description Access key used, permanent or temporary */
                access_key_id?: string;
                /** @description Kind of identity */
                type?: string;
                principal_id?: string;
                principal_urn?: string;
                /** @description "true" or "false" */
                principal_is_root_user?: string;
                /** @description Services that sent the call on */
                invoked_by?: string[];
                session_context?: {
                    attributes?: {
                        created_at?: string;
                        mfa_authenticated?: string;
                    };
                } & {
                    [key: string]: unknown;
                };
                /** @description Who assumed the agency */
                OriginUser?: string;
            } & {
                [key: string]: unknown;
            };
            /** @description Address of the caller; empty for SystemAction */
            source_ip?: string;
            code?: string | number;
            /** @description Version of the called API */
            api_version?: string;
            /** @description JSON text or plain text; anything else is kept as the JSON text that it was sent as */
            request?: string | {
                [key: string]: unknown;
            } | unknown[] | number | boolean;
            /** @description JSON text or plain text; anything else is kept as the JSON text that it was sent as */
            response?: string | {
                [key: string]: unknown;
            } | unknown[] | number | boolean;
            /** @description JSON text or plain text; anything else is kept as the JSON text that it was sent as */
            message?: string | {
                [key: string]: unknown;
            } | unknown[] | number | boolean;
            request_id?: string;
            /** @description Data for finding a fault after an error */
            location_info?: string;
            /** @description Host of the resource's page */
            endpoint?: string;
            /** @description Path of the resource's page */
            resource_url?: string;
            /** @enum {unknown} */
            event_type?: "system" | "global" | "data";
            /** @description Tracker that recorded it */
            tracker_name?: string;
            project_id?: string;
            domain_id?: string;
            /** @description Account that owns the resource */
            resource_account_id?: string;
            /** @description The operation changes nothing */
            read_only?: boolean;
            /** @description Operation's name in the API's own terms */
            operation_id?: string;
            enterprise_project_id?: string;
            user_agent?: string;
            content_length?: number;
            total_time?: number;
            /**
             * @description Older name of trace_rating: counts where that is absent, and says the same where it is not
             * @enum {unknown}
             */
            trace_status?: "normal" | "warning" | "incident";
        } & {
            [key: string]: unknown;
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
