// Reasons and titles are plain facts that the log holds in English. Those that we know the shape of are said in the language of the
// page; whatever else is shown as it stands.
import { dayOf, every, momentOf } from './show.js';
import { language, named } from './words.js';

const issues = (text) => text.split(', ').map((one) => named('issue', one)).join('、');
const share = (text) => `${Math.round(Number(text) * 100)} %`;

// [shape, English (nothing: as it stands), Chinese]
const shapes = [
  [/^usual gap (\d+) days \(95 % within (\d+)\), silent for (\d+)$/,
    (m) => `usually ${every(m[1])} (95 % within ${m[2]}), silent for ${m[3]}`, (m) => `通常${every(m[1])}一次(95 % 在 ${m[2]} 天内),已沉默 ${m[3]} 天`],
  [/^P\(silent for (\d+) days\) ([\d.]+)(?:, passed ([\d.]+) on (\S+))?$/,
    (m) => `${share(m[2])} likely to stay silent for ${m[1]} days${m[4] ? `, passed ${share(m[3])} on ${dayOf(m[4])}` : ''}`,
    (m) => `沉默满 ${m[1]} 天的可能性 ${share(m[2])}${m[4] ? `,${dayOf(m[4])} 越过 ${share(m[3])}` : ''}`],
  [/^heard on one day only, (\S+), and not again by week (\d+)$/, null, (m) => `仅在 ${dayOf(m[1])} 活跃过一天,到第 ${m[2]} 周仍无音讯`],
  [/^heard on one day only, silent for (\d+) days: only the curve of all customers is known$/, null, (m) => `仅活跃过一天,已沉默 ${m[1]} 天:只有全体客户的曲线可参考`],
  [/^unhappy feedback on (\S+), shortly before the last contact$/, (m) => `unhappy feedback on ${dayOf(m[1])}, shortly before the last contact`, (m) => `最后一次联系前不久(${dayOf(m[1])})有不满反馈`],
  [/^heard again on (\S+)$/, null, (m) => `${dayOf(m[1])} 重新有了音讯`],
  [/^kept untouched, without a case, to see what reaching out changes for the others$/, null, () => '作为对照不建工单,以比较主动联系的效果'],
  [/^(\w+)(?: (nps|csat|ces))?(?: with)? (\d+) of (\d+) on (.+)$/,
    (m) => `${named('what', m[1])}${m[2] ? ` ${m[2].toUpperCase()}` : ''} ${m[3]} of ${m[4]} on ${named('channel', m[5])}`,
    (m) => `${named('what', m[1])}${m[2] ? ` ${m[2].toUpperCase()}` : ''} ${m[3]}/${m[4]},来自${named('channel', m[5])}`],
  [/^(review|mention|message|call|survey_answered) on (.+)$/, (m) => `${named('what', m[1])} on ${named('channel', m[2])}`, (m) => `${named('what', m[1])},来自${named('channel', m[2])}`],
  [/^about ([a-z_, ]+)$/, (m) => `about ${m[1].split(', ').map((one) => named('issue', one)).join(', ')}`, (m) => `关于${issues(m[1])}`],
  [/^urgent: (\w+)$/, (m) => `urgent: ${named('urgency', m[1])}`, (m) => `紧急:${named('urgency', m[1])}`],
  [/^says that they will leave$/, null, () => '表示要离开'],
  [/^payment failed$/, null, () => '付款失败'],
  [/^payment succeeded$/, null, () => '付款成功'],
  [/^subscription (\w+)$/, null, (m) => `订阅${named('subscription', m[1])}`],
  [/^opened by (.+)$/, null, (m) => `由 ${m[1]} 创建`],
  [/^the customer wrote again after the case was closed$/, null, () => '工单关闭后客户又来信'],
  [/^priority (\w+): (.+)$/, null, (m) => `优先级${named('priority', m[1])}:${m[2]}`],
  [/^(first reply|resolution) is (overdue|nearly due): (.*)$/, null,
    (m) => `${m[1] === 'resolution' ? '解决' : '首次回复'}${m[2] === 'overdue' ? '已超时' : '即将到期'}:${place(m[3])}`],
  [/^a promised update did not come: (.*)$/, null, (m) => `承诺的进展未兑现:${place(m[1])}`],
  [/^a customer went silent: (.*)$/, null, (m) => `一位客户沉默了:${place(m[1])}`],
  [/^a case was opened: (.*)$/, null, (m) => `新建工单:${place(m[1])}`],
  [/^a case became more pressing: (.*)$/, null, (m) => `工单变得更紧急:${place(m[1])}`],
  [/^source (.+) cannot be heard since (\S+)$/, (m) => `source ${m[1]} cannot be heard since ${momentOf(m[2])}`, (m) => `自 ${momentOf(m[2])} 起听不到来源 ${m[1]}`],
  [/^source (.+) could not be heard from (\S+) to (\S+)$/, (m) => `source ${m[1]} could not be heard from ${momentOf(m[2])} to ${momentOf(m[3])}`,
    (m) => `${momentOf(m[2])} 至 ${momentOf(m[3])} 听不到来源 ${m[1]}`],
  [/^nobody took a case in time: (.*)$/, null, (m) => `工单无人及时接手:${place(m[1])}`],
];

// `support, normal, liaison-1`
function place(text) {
  const [department, priority, owner] = text.split(', ');
  return [named('department', department), named('priority', priority ?? ''), owner === 'no owner yet' ? '尚无负责人' : owner].filter(Boolean).join(' · ');
}

export function fact(text) {
  for (const [shape, english, chinese] of shapes) {
    const match = shape.exec(text);
    if (!match) continue;
    const tell = language() === 'zh' ? chinese : english;
    return tell ? tell(match) : text;
  }
  return text;
}
