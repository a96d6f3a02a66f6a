#include "simulation/phrases.h"

namespace earshot::simulation {
namespace {

using Lines = std::string_view[];

constexpr Lines kDelivery = {
    "说好三天到，{product}都{days}天了还没收到。",     "订单{order}在中转站卡了{days}天，物流一直不更新。",
    "快递晚了{days}天才送到，箱子还是湿的。",          "显示已签收，可我根本没收到{product}。",
    "发货太慢了，等了{days}天，催了也没用。",          "约好上门三次都没来，白等了三天。",
    "快递员没打电话就把{product}扔在楼下，差点丢了。",
};
constexpr Lines kWrongItem = {
    "买的是{product}，寄来的完全是别的东西，发错货了。",
    "颜色发错了，订单{order}还少了两个配件。",
    "只收到一半，{product}漏发了。",
    "尺寸又发错，你们打包的时候不核对吗？",
};
constexpr Lines kQuality = {
    "{product}才用{days}天就坏了，质量太差。", "{product}开不了机，刚买就不能用。",
    "做工很粗糙，{product}中间裂了一条缝。",   "收到就有划痕，还有一股刺鼻的味道，和图片不一样。",
    "{product}漏水，盖子也盖不严，就是次品。", "第二次买{product}了，又是用几天就散架。",
};
constexpr Lines kFake = {
    "这个{product}是假货，序列号根本查不到。",
    "怀疑{product}不是正品，商标都印歪了，封条也是开的。",
    "感觉买到了仿冒的{product}，跟我原来那个完全不一样。",
};
constexpr Lines kService = {
    "打了四次电话，被踢来踢去，没有一个人解决问题。",
    "客服态度很差，话没说完就挂了。",
    "在线客服一个小时没人理，最后直接断开了。",
    "客服只会复制粘贴，根本不看我写的什么。",
    "跟我说这事不归他管，服务太差了。",
    "三个客服三种说法，问题还在那里。",
};
constexpr Lines kRefund = {
    "{product}退回去{days}天了，{amount}还没退给我。",
    "订单{order}的退款在哪里？说好五个工作日的。",
    "东西是坏的还不给退款，把钱退给我。",
    "退货早就签收了，退款{amount}一直没到账。",
    "只退了一半的钱，还差{amount}，什么时候补？",
};
constexpr Lines kApp = {
    "更新之后一打开就闪退，根本没法用。", "付款页面一直卡住，点不动。", "更新以后越来越卡，还会自己退出。",
    "打开是白屏，重装也没用。",           "搜索坏了，还特别耗电。",     "闪退闪退闪退，赶紧修一下吧！",
};
constexpr Lines kLogin = {
    "登录不了，验证码一直收不到。",
    "账号被锁了，重置密码的链接打不开。",
    "一直让我绑定手机号，又说号码已经被占用。",
    "账号隔几分钟就掉线，要重新登录。",
};
constexpr Lines kBilling = {
    "这个月重复扣了我两次{amount}。",     "卡上莫名其妙扣了{amount}，我从来没有同意过。",
    "会员已经取消了，还是扣了{amount}。", "账单和实际扣款对不上，多扣了{amount}。",
    "提示支付失败，钱却扣走了。",
};
constexpr Lines kPrice = {
    "又涨价了，{amount}真的不值。",
    "太贵了，同样的{product}别家便宜多了。",
    "会员涨到{amount}也不通知一声。",
    "刚买{product}第二天就降价{amount}，太坑了。",
};
constexpr Lines kSafety = {
    "{product}充电的时候冒烟，把桌子烧了，太危险了！",
    "用{product}被电了一下，手都麻了，快停售吧！",
    "{product}的电池爆炸了，孩子就在旁边，已经送医院了。",
};
constexpr Lines kFraud = {
    "我的账号被盗了，有人下单刷了{amount}，不是我本人操作，马上冻结！",
    "有骗子打电话报出我的订单号{order}，要我的银行卡信息，是你们泄露的吧？",
    "账户被盗刷{amount}，这是诈骗，我要报警。",
};
constexpr Lines kLegal = {
    "再不退{amount}我就找律师起诉你们。",
    "已经打了12315投诉，准备走法律程序。",
    "这是虚假宣传，我要去工商局举报，法院见。",
};
constexpr Lines kStillWaiting = {
    "{days}天前就问了，到现在没人回复，有人吗？",
    "还是没有消息，这是我第三次问订单{order}了。",
    "有没有人管啊？等了{days}天了。",
    "又没人回，到底要我联系多少次？",
};
constexpr Lines kLeaving = {
    "算了，以后再也不买了，换别家。",
    "这是最后一次在你们家下单。",
    "已经卸载了，不会再来了。",
    "受够了，帮我注销账号。",
};
constexpr Lines kPraise = {
    "{product}很好用，质量不错，还提前一天到了。",
    "物流很快，包装也好，非常满意。",
    "{product}性价比很高，值得买。",
    "客服很耐心，五分钟就解决了。",
    "第三次回购了，一直很好。",
    "用着很顺手，已经推荐给朋友了。",
};
constexpr Lines kPraiseApp = {
    "很好用的软件，该有的都有。",
    "简单流畅，每天都在用。",
    "新界面很漂亮，下单特别快。",
    "手机里最好用的购物软件。",
};
constexpr Lines kNeutral = {
    "{product}还行吧，没什么特别的。",
    "一般般，能用。",
    "用了{days}天，目前还可以。",
    "物流正常，{product}和描述一样。",
};
constexpr Lines kQuestion = {
    "请问{product}保修是两年吗？", "订单{order}怎么改收货地址？", "{product}可以到店自提吗？",
    "{product}什么时候能补货？",   "订单{order}能开一张发票吗？",
};
constexpr Lines kSuggestion = {
    "希望出一个深色模式。",
    "建议可以选晚上送货的时间。",
    "{product}要是多几个颜色就好了。",
};
constexpr Lines kThanks = {
    "谢谢！", "谢谢，解决了。", "好的，谢谢这么快回复。", "非常感谢。", "好的，辛苦了。",
};
constexpr Lines kMadeUp = {
    "追评：客服主动联系我，一天就解决了，谢谢，改五星。",
    "更新一下，问题已经解决，态度很好。",
    "改评价了，给换了新的{product}，现在很好用。",
};
constexpr Lines kBotReply = {
    "您好，已收到您的消息，我们会尽快回复您。",
    "您好，我是智能助手，正在为您转接人工客服。",
};
constexpr Lines kAgentReply = {
    "非常抱歉，订单{order}的问题已经核实，今天给您补发。",
    "感谢您的耐心，{amount}已经退款，三天内到账。",
    "已经和同事确认过，问题修好了，有任何情况请再告诉我。",
    "很抱歉给您添麻烦了，已经联系快递，{product}明天中午前送到。",
};
constexpr Lines kAgentRefuses = {
    "这个不归我们部门管，请拨打热线。",
    "我们也没办法。",
    "请您自己联系快递公司，我们只负责卖{product}。",
};
constexpr Lines kInternalNote = {
    "客户之前来过电话，见旧会话，已通知仓库。",
    "已转账务核对，等回复。",
};
constexpr Lines kSmallTalk = {
    "下雨天配一杯咖啡，完美的周日。", "今晚有人看球吗？", "分享几张山里的照片。", "真的该早点睡了。", "又是周一。",
};

}  // namespace

std::span<const std::string_view> chinese(Theme theme) {
  switch (theme) {
    case Theme::delivery: return kDelivery;
    case Theme::wrong_item: return kWrongItem;
    case Theme::quality: return kQuality;
    case Theme::fake: return kFake;
    case Theme::service: return kService;
    case Theme::refund: return kRefund;
    case Theme::app: return kApp;
    case Theme::login: return kLogin;
    case Theme::billing: return kBilling;
    case Theme::price: return kPrice;
    case Theme::safety: return kSafety;
    case Theme::fraud: return kFraud;
    case Theme::legal: return kLegal;
    case Theme::still_waiting: return kStillWaiting;
    case Theme::leaving: return kLeaving;
    case Theme::praise: return kPraise;
    case Theme::praise_app: return kPraiseApp;
    case Theme::neutral: return kNeutral;
    case Theme::question: return kQuestion;
    case Theme::suggestion: return kSuggestion;
    case Theme::thanks: return kThanks;
    case Theme::made_up: return kMadeUp;
    case Theme::bot_reply: return kBotReply;
    case Theme::agent_reply: return kAgentReply;
    case Theme::agent_refuses: return kAgentRefuses;
    case Theme::internal_note: return kInternalNote;
    case Theme::small_talk: return kSmallTalk;
  }
  return kNeutral;
}

}  // namespace earshot::simulation
