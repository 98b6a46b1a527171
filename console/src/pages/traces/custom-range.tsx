import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';
import { texts } from '../../texts/index.ts';
import { fromPicker, offsetOf, toPicker, type Zone, zoneNames } from '../../time.ts';
import { DEFAULT_VIEW, resolveRange, type View } from './view-state.ts';

const words = texts.range;
const DAY = 86_400_000;
const WITH_DAY = /^\d{4}-\d\d-\d\dT/;

interface Props {
  view: View;
  zone: Zone;
  /** How far back a day can be chosen. */
  days: number;
  onChange: (change: Partial<View>) => void;
}

/** A range of one's own. */
export default function CustomRange({ view, zone, days, onChange }: Props) {
  const custom = view.range.includes('-') ? resolveRange(view.range, Date.now()) : undefined;
  const fallback = days === 7 ? DEFAULT_VIEW.range : '30d';
  const value: DateRangePickerProps.Value | null = custom
    ? { type: 'absolute', startDate: toPicker(custom.from + 1, zone), endDate: toPicker(custom.to - 1, zone) }
    : null;
  return (
    <div className="own-range">
      <DateRangePicker
        value={value}
        rangeSelectorMode="absolute-only"
        relativeOptions={[]}
        onChange={({ detail }) => {
          if (detail.value?.type !== 'absolute') {
            onChange({ range: fallback });
            return;
          }
          const { from, to } = boundsOf(detail.value, zone);
          onChange({ range: `${from}-${to}`, live: false });
        }}
        isValidRange={(range) => {
          const errorMessage = whyNot(range, zone);
          return errorMessage === undefined ? { valid: true } : { valid: false, errorMessage };
        }}
        isDateEnabled={(date) =>
          date.getTime() > Date.now() - (days + 1) * DAY && date.getTime() < Date.now() + DAY
        }
        placeholder={words.custom}
        hideTimeOffset={false}
        getTimeOffset={(date) => offsetOf(date.getTime(), zone)}
        i18nStrings={{
          applyButtonLabel: words.apply,
          cancelButtonLabel: texts.common.cancel,
          clearButtonLabel: texts.traces.filters.clear,
          startDateLabel: words.from,
          startTimeLabel: words.time,
          endDateLabel: words.to,
          endTimeLabel: words.time,
          dateTimeConstraintText: texts.traces.filters.zone(
            zoneNames(custom ? [custom.from, custom.to] : [Date.now()], zone),
            days === 7,
          ),
          ariaLabel: words.custom,
          nextMonthAriaLabel: words.nextMonth,
          previousMonthAriaLabel: words.previousMonth,
          todayAriaLabel: words.today,
        }}
      />
    </div>
  );
}

const boundsOf = ({ startDate, endDate }: DateRangePickerProps.AbsoluteValue, zone: Zone) => ({
  from: fromPicker(startDate, zone),
  to: fromPicker(endDate, zone),
});

/** Fields that are empty or half filled name no day. */
function whyNot(range: DateRangePickerProps.Value | null, zone: Zone): string | undefined {
  if (range?.type !== 'absolute') return words.incomplete;
  const { from, to } = boundsOf(range, zone);
  const named = [range.startDate, range.endDate].every((time) => WITH_DAY.test(time));
  // A thirtieth of February is no instant.
  if (!named || !Number.isFinite(from) || !Number.isFinite(to)) return words.incomplete;
  return from < to ? undefined : words.order;
}
