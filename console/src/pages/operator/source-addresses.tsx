import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { visible } from '@opencts/client/api';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { FacetValue } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import type { Work } from './work.ts';

const words = texts.timeline.operator;
const FEW = 5;
/** Length of a time up to its minutes. */
const MINUTES = 16;

interface Props extends Pick<Work, 'addresses' | 'fresh'> {
  /** Where the traces of an address are shown. */
  addressOf: (source: string) => string;
}

/** From where an operator came, how often, and when first and last; what is new stands first. */
export function SourceAddresses({ addresses, fresh, addressOf }: Props) {
  const { zone } = useConsole();
  const [all, setAll] = useState(false);
  const isFresh = ({ value }: FacetValue) => fresh?.includes(value) ?? false;
  const sorted = addresses.toSorted((a, b) => Number(isFresh(b)) - Number(isFresh(a)));
  const minute = (time: number) => formatTime(time, zone).slice(0, MINUTES);
  return (
    <Container fitHeight header={<Header variant="h2">{words.addresses}</Header>}>
      {addresses.length === 0 && <Box color="text-body-secondary">{words.none}</Box>}
      <ul className="overview-list">
        {sorted.slice(0, all ? undefined : FEW).map((address) => (
          <li key={address.value} className="overview-rank">
            <span className="address">
              <Link to={addressOf(address.value)}>{visible(address.value)}</Link>
              {isFresh(address) && (
                <span title={words.freshHint}>
                  <Badge color="blue">{words.fresh}</Badge>
                </span>
              )}
            </span>
            <span className="count">{texts.overview.number(address.count)}</span>
            <small>{words.between(minute(address.first_time), minute(address.last_time))}</small>
          </li>
        ))}
      </ul>
      {addresses.length > FEW && !all && (
        <Box padding={{ top: 'xs' }}>
          <Button variant="inline-link" onClick={() => setAll(true)}>
            {words.allAddresses(addresses.length)}
          </Button>
        </Box>
      )}
      {addresses.length > 0 && !fresh && (
        <Box color="text-body-secondary" fontSize="body-s" padding={{ top: 's' }}>
          {words.noHistory}
        </Box>
      )}
    </Container>
  );
}
