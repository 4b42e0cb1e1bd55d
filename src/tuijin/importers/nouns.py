"""
The nouns a file can bring, and their columns.

One description serves the template workbook, the reading of clerks' headers, the checking of
values, the preview, the export and the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text", "long_text", "decimal", "money", "integer", "date", "month", "choice", "ref", "json",
    "project_code", "uscc", "url", "longitude", "latitude", "boolean", "period",
]  # fmt: skip
FieldClass = Literal[
    "P", "I", "C", "S"
]  # public to the signed-in, internal, confidential, personal


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column.

    Parameters
    ----------
    aliases
        Other header titles seen in clerks' workbooks.
    is_fixed
        Never changed once on record: what other entries are counted in.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    choices: str = ""  # key of CHOICES
    ref: str = ""  # noun this points to, by its key (projects and organisations also by name)
    unit: str = ""  # base unit of a decimal
    aliases: tuple[str, ...] = ()
    note_zh: str = ""
    field_class: FieldClass = "I"
    max_length: int = 200
    signed: bool = False  # may a number be below zero
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of entry; `key` names the columns that tell one entry from another."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


# code -> (Chinese official term, English); order is the order shown.
CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "stage": {
        "planned": ("谋划", "Planned"),
        "negotiating": ("在谈", "In talks"),
        "signed": ("签约", "Signed"),
        "landed": ("落地", "Landed"),
        "started": ("开工", "Started"),
        "building": ("在建", "Under construction"),
        "completed": ("竣工", "Completed"),
        "producing": ("投产", "In production"),
        "at_capacity": ("达产", "At capacity"),
        "yielding": ("达效", "Yielding"),
    },
    "investor_kind": {"government": ("政府投资", "Government"), "enterprise": ("企业投资", "Enterprise")},
    "construction_kind": {
        "new": ("新建", "New"),
        "continued": ("续建", "Continued"),
        "expansion": ("改扩建", "Expansion"),
    },
    "confidence": {
        "official": ("官方", "Official"),
        "press": ("媒体", "Press"),
        "vendor": ("厂商", "Vendor"),
        "inferred": ("推算", "Inferred"),
        "unverified": ("未核实", "Unverified"),
        "synthetic": ("合成数据", "Synthetic"),
    },
    "status": {
        "active": ("正常", "Active"),
        "paused": ("停缓建", "Paused"),
        "cancelled": ("取消", "Cancelled"),
        "retired": ("退役", "Retired"),
    },
    "strategic_industry": {
        "it": ("新一代信息技术", "Next-generation IT"),
        "equipment": ("高端装备制造", "High-end equipment"),
        "materials": ("新材料", "New materials"),
        "biology": ("生物", "Biology"),
        "nev": ("新能源汽车", "New-energy vehicles"),
        "energy": ("新能源", "New energy"),
        "environment": ("节能环保", "Energy saving and environment"),
        "digital": ("数字创意", "Digital creative"),
        "services": ("相关服务业", "Related services"),
    },
    "dimension": {
        "technology": ("技术", "Technology"),
        "market": ("销路", "Market"),
        "return": ("收益", "Return"),
        "schedule": ("进度", "Schedule"),
        "green": ("绿色", "Green"),
        "new": ("创新", "New"),
        "jobs": ("就业", "Jobs"),
        "revenue": ("税收", "Revenue"),
    },
    "statistic": {
        "value": ("数值", "Value"),
        "mean": ("平均值", "Mean"),
        "p50": ("中位数", "Median"),
        "p90": ("90分位", "90th percentile"),
        "p95": ("95分位", "95th percentile"),
        "probability": ("概率", "Probability"),
    },
    "claim_type": {
        "at_most": ("不高于", "At most"),
        "at_least": ("不低于", "At least"),
        "by_date": ("不晚于", "By date"),
        "share_at_least": ("占比不低于", "Share at least"),
    },
    "check": {
        "evidence": ("证据", "Evidence"),
        "formula": ("算式", "Formula"),
        "model": ("模型", "Model"),
    },
    "tax_basis": {
        "with_vat": ("含税", "With VAT"),
        "without_vat": ("不含税", "Without VAT"),
        "not_stated": ("未说明", "Not stated"),
    },
    "price_frequency": {
        "daily": ("日", "Daily"),
        "weekly": ("周", "Weekly"),
        "monthly": ("月", "Monthly"),
        "irregular": ("不定期", "Irregular"),
    },
    "evidence_kind": {
        "document": ("文件", "Document"),
        "photo": ("照片", "Photo"),
        "notice": ("通告", "Notice"),
        "measurement": ("实测", "Measurement"),
        "statistics": ("统计", "Statistics"),
        "article": ("报道", "Article"),
    },
    "issue_category": {  # the blockers that cities name
        "land_filing": ("土地报批", "Land filing"),
        "expropriation": ("征地", "Expropriation"),
        "review": ("上级评审", "Higher-level review"),
        "siting": ("选址", "Siting"),
        "approval": ("立项", "Project approval"),
        "funds": ("资金", "Funds"),
        "orders": ("订单不足", "Too few orders"),
        "energy": ("用能", "Energy supply"),
        "labour": ("用工", "Labour"),
        "other": ("其他", "Other"),
    },
    "severity": {"ordinary": ("一般事项", "Ordinary"), "major": ("重大事项", "Major")},
    "issue_state": {
        "raised": ("收集", "Raised"),
        "assigned": ("交办", "Assigned"),
        "disputed": ("有异议", "Disputed"),
        "accepted": ("承接", "Accepted"),
        "working": ("办理", "In hand"),
        "reported": ("反馈", "Reported"),
        "inspected": ("核验", "Inspected"),
        "closed": ("销号", "Closed"),
        "dropped": ("不予受理", "Dropped"),
    },
    "assignment_kind": {
        "leader": ("包联领导", "Leader"),
        "department": ("包联部门", "Department"),
        "officer": ("项目专员", "Project officer"),
    },
    "coordinate_system": {"WGS-84": ("WGS-84", "WGS-84"), "GCJ-02": ("GCJ-02（高德）", "GCJ-02 (AMap)")},
    "location_accuracy": {"exact": ("精确", "Exact"), "approximate": ("大致", "Approximate")},
}  # fmt: skip

_KEY = Column("key", "text", "编号", "Key", field_class="P", max_length=80,
              note_zh="唯一编号；留空时由系统按项目代码或地区加名称生成")  # fmt: skip
_SOURCE = Column("source", "ref", "来源", "Source", ref="source", field_class="P")
_NOTE = Column("note", "long_text", "备注", "Note", max_length=2000)
_PUBLIC_NOTE = Column("note", "long_text", "备注", "Note", field_class="P", max_length=2000)


def _project(required: bool = True) -> Column:
    return Column("project", "ref", "项目", "Project", required, ref="project", field_class="P",
                  aliases=("项目编号", "项目名称"))  # fmt: skip


# fmt: off
NOUNS: dict[str, Noun] = {n.name: n for n in (
    Noun("source", "来源", "Source", ("key",), (
        _KEY,
        Column("title", "text", "标题", "Title", True, field_class="P", max_length=300),
        Column("publisher", "text", "发布单位", "Publisher", field_class="P"),
        Column("url", "url", "网址", "Address", field_class="P", max_length=1000),
        Column("published_on", "date", "发布日期", "Published on", field_class="P"),
        Column("confidence", "choice", "可信程度", "Confidence", choices="confidence", field_class="P"),
        Column("licence", "text", "许可", "Licence", field_class="P"),
        _NOTE,
    )),
    Noun("organisation", "单位", "Organisation", ("key",), (
        _KEY,
        Column("name", "text", "单位名称", "Name", True, field_class="P", aliases=("企业名称", "建设单位")),
        Column("name_en", "text", "英文名称", "English name", field_class="P"),
        Column("uscc", "uscc", "统一社会信用代码", "USCC", field_class="P", aliases=("信用代码",)),
        _SOURCE,
    )),
    Noun("park", "园区", "Park", ("key",), (
        _KEY,
        Column("name", "text", "园区名称", "Name", True, field_class="P"),
        Column("name_en", "text", "英文名称", "English name", field_class="P"),
        Column("place", "ref", "所在地区", "Place", True, ref="place", field_class="P"),
        Column("approved_on", "date", "批准日期", "Approved on", field_class="P"),
        _SOURCE,
    )),
    Noun("project", "项目", "Project", ("key",), (
        _KEY,
        Column("code", "project_code", "项目代码", "Project code", field_class="P",
               note_zh="在线平台赋码，如 2509-150223-04-01-123456"),
        Column("name", "text", "项目名称", "Name", True, field_class="P", aliases=("名称", "项目")),
        Column("name_en", "text", "英文名称", "English name", field_class="P"),
        Column("place", "ref", "所在地区", "Place", True, ref="place", field_class="P",
               aliases=("建设地点", "旗县区", "属地", "地区", "所属旗县区")),
        Column("park", "ref", "所在园区", "Park", ref="park", field_class="P"),
        Column("owner", "ref", "建设单位", "Owner", ref="organisation", field_class="P",
               aliases=("项目单位", "业主单位", "投资主体", "企业名称")),
        Column("stage", "choice", "阶段", "Stage", choices="stage", field_class="P", aliases=("项目阶段", "建设阶段")),
        Column("status", "choice", "状态", "Status", choices="status", field_class="P"),
        Column("investor_kind", "choice", "投资性质", "Investor", choices="investor_kind", field_class="P"),
        Column("construction_kind", "choice", "建设性质", "Construction", choices="construction_kind", field_class="P"),
        Column("industry", "text", "行业代码", "Industry (GB/T 4754)", field_class="P", max_length=8),
        Column("strategic_industry", "choice", "战略性新兴产业", "Strategic industry",
               choices="strategic_industry", field_class="P"),
        Column("green_category", "text", "绿色产业目录类别", "Green catalogue category", field_class="P"),
        Column("total_investment_yuan", "money", "总投资", "Total investment", field_class="P",
               aliases=("计划总投资", "项目总投资")),
        Column("price_year", "integer", "价格年份", "Price year", field_class="P"),
        Column("capacity_mw", "decimal", "装机容量", "Power capacity", unit="mw", field_class="P"),
        Column("land_mu", "decimal", "用地面积", "Land", unit="mu", field_class="P", aliases=("占地面积",)),
        Column("planned_start_on", "date", "计划开工日期", "Planned start", field_class="P", aliases=("计划开工时间",)),
        Column("planned_finish_on", "date", "计划竣工日期", "Planned finish", field_class="P",
               aliases=("计划竣工时间", "计划完工时间", "计划投产时间")),
        Column("started_on", "date", "实际开工日期", "Started on", field_class="P", aliases=("开工时间", "开工日期")),
        Column("finished_on", "date", "实际竣工日期", "Finished on", field_class="P", aliases=("竣工时间",)),
        Column("longitude", "longitude", "经度", "Longitude", field_class="P"),
        Column("latitude", "latitude", "纬度", "Latitude", field_class="P"),
        Column("coordinate_system", "choice", "坐标系", "Coordinate system", choices="coordinate_system",
               field_class="P", note_zh="留空视为 WGS-84；高德、腾讯地图的坐标选 GCJ-02"),
        Column("location_accuracy", "choice", "位置精度", "Location accuracy", choices="location_accuracy", field_class="P"),
        Column("summary", "long_text", "建设内容", "Summary", field_class="P", max_length=4000,
               aliases=("建设规模及内容", "建设内容及规模", "主要建设内容")),
        Column("summary_en", "long_text", "英文简介", "English summary", field_class="P", max_length=4000),
        Column("is_synthetic", "boolean", "合成数据", "Synthetic", field_class="P"),
        _SOURCE,
    )),
    Noun("plan", "年度计划", "Annual plan", ("project", "year"), (
        _project(),
        Column("year", "integer", "年度", "Year", True),
        Column("planned_yuan", "money", "年度计划投资", "Planned investment", True, field_class="C",
               aliases=("本年计划投资", "年计划投资", "当年计划投资")),
        _SOURCE,
    )),
    Noun("report", "进度报告", "Progress report", ("project", "period"), (
        _project(),
        Column("period", "period", "报告期", "Period", True, note_zh="如 2025-09 或 2025-09上旬"),
        Column("year_done_yuan", "money", "本年累计完成投资", "Done this year", field_class="C",
               aliases=("年内累计完成投资", "本年完成投资", "累计完成投资")),
        Column("total_done_yuan", "money", "自开工累计完成投资", "Done since start", field_class="C"),
        Column("progress", "long_text", "形象进度", "Progress", max_length=2000, aliases=("工程进度", "进展情况")),
        Column("problems", "long_text", "存在问题", "Problems", max_length=2000, aliases=("存在困难", "问题")),
        _SOURCE,
    )),
    Noun("operating", "运行记录", "Operating record", ("project", "month"), (
        _project(),
        Column("month", "month", "月份", "Month", True),
        Column("sales_yuan", "money", "销售收入", "Sales", signed=True, field_class="C", aliases=("销售额", "营业收入")),
        Column("tax_yuan", "money", "税收", "Tax", signed=True, field_class="C", aliases=("入库税金", "纳税额")),
        Column("output_t", "decimal", "产量", "Output", unit="t", field_class="C"),
        Column("jobs_count", "integer", "就业人数", "Jobs", field_class="C", aliases=("用工人数",)),
        Column("energy_mwh", "decimal", "用电量", "Electricity", unit="mwh", field_class="C"),
        _SOURCE,
    )),
    Noun("stage_event", "阶段变化", "Stage event", ("project", "stage"), (
        _project(),
        Column("stage", "choice", "阶段", "Stage", True, choices="stage", field_class="P"),
        Column("on", "date", "日期", "Date", True, field_class="P"),
        _NOTE, _SOURCE,
    )),
    Noun("node", "节点", "Node", ("project", "node"), (
        _project(),
        Column("node", "text", "节点", "Node", True, max_length=40),
        Column("due_on", "date", "时限", "Due on", aliases=("完成时限", "计划完成时间")),
        Column("done_on", "date", "完成日期", "Done on", aliases=("实际完成时间",)),
        Column("responsible", "text", "责任单位", "Responsible unit"),
        Column("reason", "long_text", "正当理由", "Reason", max_length=1000),
        _SOURCE,
    )),
    Noun("evidence", "证据", "Evidence", ("key",), (
        _KEY, _project(),
        Column("kind", "choice", "种类", "Kind", True, choices="evidence_kind"),
        Column("title", "text", "标题", "Title", True, max_length=300),
        Column("taken_on", "date", "日期", "Date"),
        Column("measured", "json", "实测分布", "Measured distribution", max_length=60_000),
        _NOTE, _SOURCE,
    )),
    Noun("vehicle", "车辆", "Vehicle", ("manufacturer", "serial"), (
        Column("manufacturer", "text", "制造商", "Manufacturer", True, max_length=80,
               note_zh="与报文的 manufacturer 一字不差"),
        Column("serial", "text", "序列号", "Serial number", True, max_length=80,
               note_zh="与报文的 serialNumber 一字不差"),
        _project(), _NOTE, _SOURCE,
    )),
    Noun("figure", "数据", "Figure", ("key",), (
        _KEY,
        Column("project", "ref", "项目", "Project", ref="project", field_class="P"),
        Column("place", "ref", "地区", "Place", ref="place", field_class="P"),
        Column("metric", "text", "指标", "Metric", True, max_length=80, field_class="P"),
        Column("title", "text", "名称", "Title", True, field_class="P", max_length=300),
        Column("title_en", "text", "英文名称", "English title", field_class="P", max_length=300),
        Column("value", "decimal", "数值", "Value", signed=True, field_class="P"),
        Column("low", "decimal", "下限", "Low", signed=True, field_class="P"),
        Column("high", "decimal", "上限", "High", signed=True, field_class="P"),
        Column("date_value", "date", "日期值", "Date value", field_class="P"),
        Column("text_value", "text", "文字值", "Text value", field_class="P", max_length=1000),
        Column("unit", "text", "单位", "Unit", True, field_class="P", max_length=40),
        Column("as_of", "text", "时点", "As of", field_class="P", max_length=40),
        Column("price_year", "integer", "价格年份", "Price year", field_class="P"),
        Column("confidence", "choice", "可信程度", "Confidence", choices="confidence", field_class="P"),
        _NOTE, _SOURCE,
    )),
    Noun("price_series", "价格序列", "Price series", ("key",), (
        _KEY,
        Column("name", "text", "商品名称", "Commodity", True, field_class="P", aliases=("商品", "品种")),
        Column("name_en", "text", "英文名称", "English name", field_class="P"),
        Column("unit", "text", "单位", "Unit", True, field_class="P", max_length=40, is_fixed=True,
               note_zh="单位编码，如 yuan_per_t"),
        Column("tax_basis", "choice", "税口径", "Tax basis", True, choices="tax_basis", field_class="P",
               is_fixed=True),
        Column("frequency", "choice", "频率", "Frequency", choices="price_frequency", field_class="P"),
        Column("is_synthetic", "boolean", "合成数据", "Synthetic", field_class="P"),
        _PUBLIC_NOTE, _SOURCE,
    )),
    Noun("price", "价格", "Price", ("series", "on"), (
        Column("series", "ref", "价格序列", "Price series", True, ref="price_series", field_class="P"),
        Column("on", "date", "日期", "Date", True, field_class="P"),
        Column("value", "decimal", "数值", "Value", True, field_class="P", aliases=("价格",),
               note_zh="报价为区间时取中值"),
        Column("low", "decimal", "下限", "Low", field_class="P", aliases=("最低价",)),
        Column("high", "decimal", "上限", "High", field_class="P", aliases=("最高价",)),
        Column("quoted_in", "text", "出处", "Quoted in", field_class="P", max_length=300,
               note_zh="没有建立来源条目时，写明报价出处"),
        _PUBLIC_NOTE, _SOURCE,
    )),
    Noun("price_link", "价格关联", "Price link", ("series", "project", "parameter"), (
        Column("series", "ref", "价格序列", "Price series", True, ref="price_series", field_class="P"),
        _project(),
        Column("parameter", "text", "模型参数", "Model parameter", True, max_length=80, field_class="P",
               note_zh="项目模型参数表中的名称，如 copper_price_yuan_per_t"),
        Column("tax_basis", "choice", "参数税口径", "Tax basis of the parameter", True, choices="tax_basis",
               field_class="P"),
        _PUBLIC_NOTE, _SOURCE,
    )),
    Noun("claim", "承诺", "Claim", ("key",), (
        _KEY, _project(),
        Column("dimension", "choice", "方面", "Dimension", True, choices="dimension"),
        Column("metric", "text", "指标", "Metric", True, max_length=80),
        Column("title", "text", "承诺", "Title", True, max_length=300),
        Column("title_en", "text", "英文", "English title", max_length=300),
        Column("claim_type", "choice", "比较", "Comparison", True, choices="claim_type"),
        Column("statistic", "choice", "统计口径", "Statistic", True, choices="statistic"),
        Column("target", "decimal", "目标值", "Target", signed=True),
        Column("unit", "text", "单位", "Unit", max_length=40),
        Column("probability_ratio", "decimal", "概率", "Probability", unit="ratio"),
        Column("by_date", "date", "期限", "By date"),
        Column("quote", "long_text", "原话", "Quote", True, max_length=1000),
        _NOTE, _SOURCE,
    )),
    Noun("check", "检验", "Check", ("claim", "check"), (
        Column("claim", "ref", "承诺", "Claim", True, ref="claim"),
        Column("check", "choice", "检验方式", "Check", True, choices="check"),
        Column("using", "text", "依据", "Using", True, max_length=500,
               note_zh="证据：指标名；算式：表达式；模型：模型名"),
        Column("parameters", "json", "参数", "Parameters", max_length=4000),
        _NOTE,
    )),
    Noun("meeting", "会议", "Meeting", ("key",), (
        _KEY,
        Column("title", "text", "会议名称", "Title", True, max_length=300, field_class="P"),
        Column("title_en", "text", "英文名称", "English title", max_length=300, field_class="P"),
        Column("place", "ref", "地区", "Place", True, ref="place", field_class="P"),
        Column("starts_on", "date", "开始日期", "Starts on", True, field_class="P"),
        Column("ends_on", "date", "结束日期", "Ends on", True, field_class="P"),
        _PUBLIC_NOTE, _SOURCE,
    )),
    Noun("stop", "观摩点", "Stop", ("meeting", "day", "project"), (
        Column("meeting", "ref", "会议", "Meeting", True, ref="meeting", field_class="P"),
        Column("day", "date", "日期", "Day", True, field_class="P"),
        _project(),
        Column("group", "text", "组别", "Group", max_length=40, field_class="P"),
        Column("visit_minutes", "integer", "停留分钟", "Minutes", field_class="P"),
        _PUBLIC_NOTE, _SOURCE,
    )),
)}
# fmt: on
