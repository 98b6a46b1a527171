import { membersIn } from '@opencts/client/json';

/** Members of a record as it names them; tables of Athena have them in small letters. */
const NAMES =
  `eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode
errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources eventType
apiVersion managementEvent recipientAccountId serviceEventDetails sharedEventID vpcEndpointId vpcEndpointAccountId
eventCategory addendum sessionCredentialFromConsole edgeDeviceDetails tlsDetails
type principalId arn accountId invokedBy accessKeyId userName sessionContext attributes mfaAuthenticated creationDate
sessionIssuer webIdFederationData federatedProvider ec2RoleDelivery sourceIdentity onBehalfOf userId identityStoreArn
credentialId identityProvider inScopeOf`.split(/\s+/);
const BY_COLUMN = new Map(NAMES.map((name) => [name.toLowerCase(), name]));

/** Columns that hold a record's members with names of their own: JSON text where the table has no structure for them. */
const OPEN = new Set([
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'serviceeventdetails',
  'resources',
  'tlsdetails',
  'addendum',
]);
const FLAGS = new Set(['readonly', 'managementevent']);

/** The JSON text of a record whose members are called as columns of a table; undefined: it is none. */
export function fromColumns(row: Record<string, unknown>, text: string): string | undefined {
  const isRow = typeof row.eventname === 'string' && typeof row.eventsource === 'string';
  return isRow ? renamed(text, true) : undefined;
}

function renamed(text: string, isRow: boolean): string {
  const members = membersIn(text) ?? [];
  const written = members.map(({ name, start, end }) => {
    const value = text.slice(start, end);
    const isOpen = isRow && OPEN.has(name);
    const inner = isOpen || name === 'useridentity' || FLAGS.has(name) ? unquoted(value) : value;
    const told = inner.startsWith('{') && !isOpen ? renamed(inner, false) : inner;
    return `${JSON.stringify(BY_COLUMN.get(name) ?? name)}:${told}`;
  });
  return `{${written.join(',')}}`;
}

/** What stands in a text, where that is JSON; nothing where the text is empty. */
function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  const inner = (JSON.parse(value) as string).trim();
  if (inner === '') return 'null';
  try {
    JSON.parse(inner);
    return inner;
  } catch {
    return value;
  }
}
