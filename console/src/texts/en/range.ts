export const range = {
  custom: 'Custom range',
  order: 'The end must lie behind the beginning.',
  incomplete: 'Both ends need a day, written as YYYY/MM/DD.',
  apply: 'Apply',
  from: 'From',
  to: 'To',
  time: 'Time',
  nextMonth: 'Next month',
  previousMonth: 'Previous month',
  today: 'Today',
};
