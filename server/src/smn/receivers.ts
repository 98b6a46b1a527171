import type { Protocol } from './endpoints.ts';

const PORTS: Partial<Record<Protocol, string>> = { http: '80', https: '443' };

/** Who gets what is sent to an endpoint: the same however that is spelled. */
export function receiverOf(protocol: Protocol, endpoint: string): string {
  if (protocol === 'email') return endpoint.toLowerCase();
  if (protocol === 'sms') return endpoint.replace(/^00/, '+');
  // What is kept may be older than the rules.
  return URL.canParse(endpoint) ? new URL(endpoint).href : endpoint;
}

/** Spellings under which a receiver may be kept, in lower case. Others than the same receiver may be among them. */
export function spellingsOf(protocol: Protocol, endpoint: string): string[] {
  const receiver = receiverOf(protocol, endpoint);
  const all = [endpoint, receiver];
  if (protocol === 'sms') all.push(receiver.replace(/^\+/, '00'));
  if (PORTS[protocol] && URL.canParse(receiver)) {
    const { host } = new URL(receiver);
    all.push(receiver.replace(host, `${host}:${PORTS[protocol]}`));
  }
  return [...new Set(all.map((one) => one.toLowerCase()))];
}

/**
 * What confirmations are counted by, more broadly: mail to all tags of an address (`jane+tag@`) ends in one mailbox,
 * and how much of a number's lead a gateway leaves out is its own matter.
 */
export function countedAs(protocol: Protocol, endpoint: string): string {
  const receiver = receiverOf(protocol, endpoint);
  if (protocol === 'email') return receiver.replace(/(?<=.)\+[^@]*@/, '@');
  return protocol === 'sms' ? receiver.replace(/^[+0]+/, '') : receiver;
}
