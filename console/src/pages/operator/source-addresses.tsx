import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useState } from 'react';
import { Link } from 'react-router-dom';
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

/** From where an operator came, how often, and when first and last. */
export function SourceAddresses({ addresses, fresh, addressOf }: Props) {
  const { zone } = useConsole();
  const [all, setAll] = useState(false);
  const minute = (time: number) => formatTime(time, zone).slice(0, MINUTES);
  return (
    <Container fitHeight header={<Header variant="h2">{words.addresses}</Header>}>
      {addresses.length === 0 && <Box color="text-body-secondary">{words.none}</Box>}
      <ul className="overview-list">
        {addresses.slice(0, all ? undefined : FEW).map(({ value, count, first_time, last_time }) => (
          <li key={value} className="overview-rank">
            <span className="address">
              <Link to={addressOf(value)}>{value}</Link>
              {fresh?.includes(value) && (
                <span title={words.freshHint}>
                  <Badge color="blue">{words.fresh}</Badge>
                </span>
              )}
            </span>
            <span className="count">{texts.overview.number(count)}</span>
            <small>{words.between(minute(first_time), minute(last_time))}</small>
          </li>
        ))}
      </ul>
      {addresses.length > FEW && !all && (
        <Button variant="inline-link" onClick={() => setAll(true)}>
          {words.allAddresses(addresses.length)}
        </Button>
      )}
      {addresses.length > 0 && !fresh && (
        <Box color="text-body-secondary" fontSize="body-s" padding={{ top: 's' }}>
          {words.noHistory}
        </Box>
      )}
    </Container>
  );
}
