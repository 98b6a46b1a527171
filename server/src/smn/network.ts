import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What is given to networks of the public Internet; the rest of IPv6 has other meanings, or none yet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Names that stand for this machine everywhere. */
const LOCAL = /^(?:.*\.)?localhost\.?$/i;
const LOOPBACK = ['127.0.0.1', '::1'];

/** A request would go into a network that is not the subscriber's to name. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';

  constructor(host: string, address: string) {
    super(
      // What a name stands for in the operator's network is nobody else's matter.
      `${host} is ${address === host ? 'an address of' : 'in'} a private network; the operator can allow it (OPENCTS_DELIVERY_NETWORKS)`,
    );
  }
}

/** Which addresses messages may be sent to: those of the public Internet, and those the operator allows. */
export class DeliveryNetwork {
  private readonly allowed: [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @param allowed address blocks, such as 10.1.0.0/16 */
  constructor(allowed: readonly string[]) {
    this.allowed = allowed.map((block) => ipaddr.parseCIDR(block));
  }

  /** @param address IPv4 or IPv6, as text */
  allows(address: string): boolean {
    const parsed = ipaddr.process(address);
    if (parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6))) return true;
    return this.allowed.some(([block, bits]) => block.kind() === parsed.kind() && parsed.match(block, bits));
  }

  /** Checks a host that is an address or this machine; other names are checked when they are resolved. @throws AddressRefused */
  checkHost(host: string): void {
    if (LOCAL.test(host) && !LOOPBACK.some((one) => this.allows(one))) {
      throw new AddressRefused(host, '127.0.0.1');
    }
    const address = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) !== 0 && !this.allows(address)) throw new AddressRefused(host, host);
  }

  /** Resolves names for a connection, which goes to the very address that was checked. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const usable = addresses.filter(({ address }) => this.allows(address));
      const [first] = usable;
      if (!first) {
        callback(new AddressRefused(host, addresses[0]?.address ?? 'nowhere'), '', 0);
      } else if (options.all) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}
