import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { visible } from '@opencts/client/api';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { texts } from '../../texts/index.ts';

const words = texts.overview;
const FEW = 7;

export interface Ranked {
  value: string;
  count: number;
  /** Of failed operations. */
  rating?: 'warning' | 'incident';
}

interface Props<Item extends Ranked> {
  title: string;
  items: Item[];
  none: string;
  addressOf: (item: Item) => string;
}

/** The most frequent values, each leading to its traces; the others when they are asked for. */
export function Ranking<Item extends Ranked>({ title, items, none, addressOf }: Props<Item>) {
  const [all, setAll] = useState(false);
  const more = words.firsts.more(items.length - FEW);
  const highest = Math.max(...items.map(({ count }) => count));
  return (
    <Container fitHeight header={<Header variant="h2">{title}</Header>}>
      {items.length === 0 ? (
        <Box color="text-body-secondary">{none}</Box>
      ) : (
        <ol className="overview-list">
          {items.slice(0, all ? undefined : FEW).map((item) => (
            <li key={`${item.rating} ${item.value}`} className="overview-rank">
              <Link to={addressOf(item)} title={visible(item.value)}>
                {visible(item.value)}
              </Link>
              <span className="count">
                {item.rating && (
                  <span className={`rating ${item.rating}`}>{texts.traces.status[item.rating]} </span>
                )}
                {words.number(item.count)}
              </span>
              <div className={`overview-bar ${item.rating ?? ''}`} aria-hidden="true">
                <div style={{ width: `${(item.count / highest) * 100}%` }} />
              </div>
            </li>
          ))}
        </ol>
      )}
      {items.length > FEW && !all && (
        <Box padding={{ top: 'xs' }}>
          <Button variant="inline-link" ariaLabel={`${title}: ${more}`} onClick={() => setAll(true)}>
            {more}
          </Button>
        </Box>
      )}
    </Container>
  );
}
