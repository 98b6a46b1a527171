import Type, { type Static } from 'typebox';

/** Bytes of `request` and `response` that are kept; a longer text is cut and the cut noted in `message`. */
export const MAX_BODY_TEXT = 64 * 1024;
/** Bytes of one trace as journal line; a larger one is rejected. */
export const MAX_TRACE_BYTES = 256 * 1024;
/** How far `time` may lie ahead of the server's clock. */
export const MAX_AHEAD_MS = 15 * 60 * 1000;
/** Levels of nesting in `request`, `response`, `message` and unknown members. */
export const MAX_DEPTH = 64;

export const TRACE_RATINGS = ['normal', 'warning', 'incident'] as const;
export type TraceRating = (typeof TRACE_RATINGS)[number];

export const UUID_PATTERN = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
export const TRACE_NAME_PATTERN = '^[A-Za-z][A-Za-z0-9._-]{0,63}$';

/** `user` of a trace: who acted. Unknown members are kept. */
export const TraceUser = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'User id, 32 hex digits' })),
    name: Type.Optional(
      Type.String({ description: 'User name; `alice/op_service` during a temporary privilege' }),
    ),
    domain: Type.Optional(
      Type.Object(
        { id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) },
        { description: 'Account of the user', additionalProperties: true },
      ),
    ),
    user_name: Type.Optional(Type.String({ description: 'Same as name' })),
    account_id: Type.Optional(Type.String({ description: 'Same as domain.id' })),
    access_key_id: Type.Optional(Type.String({ description: 'Access key used, permanent or temporary' })),
    type: Type.Optional(Type.String({ description: 'Kind of identity' })),
    principal_id: Type.Optional(Type.String()),
    principal_urn: Type.Optional(Type.String()),
    principal_is_root_user: Type.Optional(Type.String({ description: '"true" or "false"' })),
    invoked_by: Type.Optional(Type.Array(Type.String(), { description: 'Services that sent the call on' })),
    session_context: Type.Optional(
      Type.Object(
        {
          attributes: Type.Optional(
            Type.Object({
              created_at: Type.Optional(Type.String()),
              mfa_authenticated: Type.Optional(Type.String()),
            }),
          ),
        },
        { additionalProperties: true },
      ),
    ),
    OriginUser: Type.Optional(Type.String({ description: 'Who assumed the agency' })),
  },
  { additionalProperties: true },
);
export type TraceUser = Static<typeof TraceUser>;

/**
 * A trace as query answers give it: `user` is an object, `code`, `request`, `response` and `message` are
 * text, times are epoch milliseconds, absent members are left out. Unknown members are kept.
 * Members and forms: `docs/reference/trace-structure.md` 1, 3.
 */
export const Trace = Type.Object(
  {
    trace_id: Type.String({ pattern: UUID_PATTERN, description: 'Identity of the trace, a UUID' }),
    trace_name: Type.String({ pattern: TRACE_NAME_PATTERN, description: 'Operation' }),
    trace_rating: Type.Enum([...TRACE_RATINGS], {
      description:
        'normal: succeeded; warning: failed; incident: caused a serious consequence beyond its own failure',
    }),
    trace_type: Type.String({
      minLength: 1,
      maxLength: 64,
      description:
        'Source of the request: ConsoleAction, ApiCall, SystemAction; for objects ObsSDK, ObsAPI, Others',
    }),
    service_type: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Trace source: the cloud service',
    }),
    resource_type: Type.String({ minLength: 1, maxLength: 64, description: 'Kind of resource' }),
    resource_name: Type.Optional(Type.String({ description: 'Name of the resource' })),
    resource_id: Type.Optional(
      Type.String({ description: 'Id of the resource; missing when creation failed' }),
    ),
    time: Type.Integer({ description: 'When it happened, epoch milliseconds' }),
    record_time: Type.Integer({ description: 'When it was recorded, epoch milliseconds' }),
    user: Type.Optional(TraceUser),
    source_ip: Type.Optional(Type.String({ description: 'Address of the caller; empty for SystemAction' })),
    code: Type.Optional(Type.String({ description: 'HTTP status of the operation' })),
    api_version: Type.Optional(Type.String({ description: 'Version of the called API' })),
    request: Type.Optional(Type.String({ description: 'Body or parameters, JSON text; secrets masked' })),
    response: Type.Optional(Type.String({ description: 'Answer, JSON text; secrets masked' })),
    message: Type.Optional(Type.String({ description: 'Remark of the service, plain or JSON text' })),
    request_id: Type.Optional(Type.String()),
    location_info: Type.Optional(Type.String({ description: 'Data for finding a fault after an error' })),
    endpoint: Type.Optional(Type.String({ description: "Host of the resource's page" })),
    resource_url: Type.Optional(Type.String({ description: "Path of the resource's page" })),
    event_type: Type.Optional(Type.String({ description: 'Family: system, global or data' })),
    tracker_name: Type.Optional(Type.String({ description: 'Tracker that recorded it' })),
    project_id: Type.Optional(Type.String()),
    domain_id: Type.Optional(Type.String()),
    resource_account_id: Type.Optional(Type.String({ description: 'Account that owns the resource' })),
    read_only: Type.Optional(Type.Boolean({ description: 'The operation changes nothing' })),
    operation_id: Type.Optional(Type.String({ description: "Operation's name in the API's own terms" })),
    enterprise_project_id: Type.Optional(Type.String()),
    user_agent: Type.Optional(Type.String()),
    content_length: Type.Optional(Type.Integer({ description: 'Length of the request body, bytes' })),
    total_time: Type.Optional(Type.Integer({ description: 'Time to answer, ms' })),
  },
  { $id: 'Trace', additionalProperties: true },
);
export type Trace = Static<typeof Trace>;
