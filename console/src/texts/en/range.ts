export const range = {
  custom: 'Custom range',
  order: 'The end must lie behind the beginning.',
  apply: 'Apply',
  from: 'From',
  to: 'To',
  time: 'Time',
  nextMonth: 'Next month',
  previousMonth: 'Previous month',
  today: 'Today',
};
