"""What things are called in the sample office: titles and sentences, in both languages, that chance picks from.

They say what a matter is about, never how it ended.
"""

INCIDENTS: dict[str, dict[str, list[str]]] = {
    "safety": {
        "small": [
            "Chemical drums stored without a tray 化工桶未设围堰",
            "Guard rail missing on a stairway 楼梯护栏缺失",
            "Fire door wedged open at the depot 车场防火门被顶开",
            "Two workers on a roof without lines 两人屋面作业未系安全绳",
        ],
        "grave": [
            "Scaffold gave way at the depot site 车场工地脚手架垮塌",
            "Gas in the market basement, people sent out 市场地下室燃气泄漏，人员疏散",
            "Crane cable parted at the quarry 采石场吊索断裂",
            "Fire in the boiler room of the school 学校锅炉房起火",
        ],
    },
    "data": {
        "small": [
            "Forms with identity numbers left in the copier 复印机内遗留证件表格",
            "Application list mailed to the wrong section 申请名册误发其他科室",
            "Visitors' book open on the counter 登记簿摊放在窗口",
            "Backup not run for three nights 连续三晚未备份",
        ],
        "grave": [
            "Archive server reachable without a password 档案服务器未设口令",
            "Laptop with case files lost on the train 存有案卷的笔记本遗失",
            "Backup tapes missing at the yearly count 年度清点备份磁带缺失",
            "Applicants' data shown to other applicants 申请人信息被他人看到",
        ],
    },
    "service": {
        "small": [
            "Payment terminal charged twice 缴费终端重复扣费",
            "Permits issued on the old form for a week 一周内按旧表发证",
            "Lift out of order, one counter not reachable 电梯停用，一窗口无法到达",
            "Wrong opening hours on the door 门口公示时间有误",
        ],
        "grave": [
            "Ceiling came down in the waiting area 等候区吊顶坠落",
            "Hall without power, all counters closed 大厅停电，窗口全部停办",
            "Permits of two days lost 两日证件材料丢失",
            "Smoke in the hall, people sent out 大厅冒烟，人员疏散",
        ],
    },
    "willow": {
        "small": [
            "Grain store roof leaking after the storm 粮仓屋面渗漏",
            "Road sign down at the school crossing 学校路口标志倒伏",
            "Irrigation pump out of order 灌溉泵故障",
        ],
        "grave": [
            "Retaining wall gave way above the village road 村道挡墙垮塌",
            "Irrigation pump house on fire 灌溉泵房起火",
            "Well water found unfit 井水检测不合格",
        ],
    },
    "ferry": {
        "small": [
            "Life vests missing on the ferry 渡船救生衣不足",
            "Landing stage without a lamp 渡口无照明",
            "Boat register not kept for a week 一周未登记船只",
        ],
        "grave": [
            "Ferry adrift with nine on board 渡船失控，船上九人",
            "Dyke seeping below the landing 渡口下游堤防渗水",
            "Fuel in the river at the landing 渡口油料泄漏入河",
        ],
    },
    "highfield": {
        "small": [
            "Forest fire watch unmanned for a night 森林防火值守空岗一夜",
            "Spoil heaped beside the stream 弃渣堆于溪边",
            "School bus without its yearly check 校车未年检",
        ],
        "grave": [
            "Slope moving above six houses 六户屋后边坡滑动",
            "Quarry blast outside the hours 采石场违时爆破",
            "Village hall roof gave way under snow 积雪压塌村部屋顶",
        ],
    },
}

FINDINGS: dict[str, list[str]] = {
    "safety": [
        "Extinguishers past their inspection date 灭火器超期未检",
        "Permit-to-work book not kept at two sites 两处工地未登记作业票",
        "Emergency exit blocked by stored goods 安全出口被堆物堵塞",
    ],
    "data": [
        "Access rights of transferred staff still open 调离人员权限未收回",
        "No record of who took files home 案卷外带无登记",
        "Retention periods not applied to scans 扫描件未按期限清理",
    ],
    "service": [
        "Promised times not shown at three counters 三个窗口未公示办理时限",
        "Missing papers asked for more than once 补正材料未一次告知",
        "Complaints book without answers 意见簿未答复",
    ],
    "willow": ["Duty roster not signed for a month 值班表一月未签", "Flood stores not counted 防汛物资未清点"],
    "ferry": ["Life-saving gear past its date 救生器材过期", "Crossings not logged 渡运未登记"],
    "highfield": ["Fire lanes overgrown 防火通道杂草丛生", "Blasting permits not on file 爆破审批未归档"],
    "general": ["Seals lent without entry 用印未登记", "Incoming papers entered days late 收文登记滞后"],
    "inspection": ["Two findings without a day set 两项问题未定整改期限"],
}

REPORTS: dict[str, list[str]] = {
    "safety": [
        "Inspection round of construction sites 建筑工地检查情况",
        "Fire drill in public buildings 公共建筑消防演练情况",
        "Storage of dangerous goods before the holidays 节前危险品储存检查",
        "Safety at heating plants 供热站安全情况",
    ],
    "data": [
        "Review of access rights 权限核查情况",
        "Deletion of expired personal data 到期个人信息清理情况",
        "Data protection training of counters 窗口人员数据保护培训",
    ],
    "service": [
        "Waiting times at the counters 窗口等候时间情况",
        "Permits issued within the promised time 承诺时限内办结情况",
        "Complaints and what became of them 群众意见办理情况",
    ],
}

LEADERS_NOTE = "Safety and service over the holiday: what to change 假期安全与服务：改进建议"

GIVEN: dict[str, list[str]] = {
    "analysis": [
        "Cause found on site; two places of the same kind to be checked 原因已查明，另查两处同类场所",
        "Cause still open, area closed off, experts asked 原因待查，现场已封控，已请专家",
        "A step of the routine was left out; routine to be changed 漏做一步，须改流程",
    ],
    "summary": [
        "What happened, whom it touched, what was done, what is still open 经过、影响、处置、未了事项",
        "Facts, measures taken, measures asked for 事实、已采取措施、提请事项",
    ],
    "outcome": [
        "Put right, checked twice, routine changed 已整治，经两次核验，流程已改",
        "Damage repaired, people informed, costs booked 已修复，已告知，费用已列支",
        "Closed after the check on site 经现场核查办结",
    ],
    "plan": [
        "Inventory in the first week, repair in the second, check in the third 首周清点，次周整改，三周核查",
        "One person named, means granted, weekly word to the leader in charge 定人、定资、每周报分管领导",
    ],
    "progress": [
        "Half done, in step with the plan 已完成一半，与方案同步",
        "Nothing new on site; next word as due 现场无新情况，按时续报",
        "One place left to be mended 尚余一处待整改",
    ],
    "facts": [
        "The papers, the trail and two conversations agree on what was done and when 材料、留痕与两次谈话相互印证",
        "The limit was known, the means were there, the step was not taken in time 时限明知，条件具备，未按时办理",
    ],
    "statement": [
        "The post was short of people that week; I asked for help too late 当周人手不足，本人求助过晚",
        "I accept the facts and have changed how the work is handed over 对事实无异议，已改交接办法",
    ],
    "record": [
        "Heard in person; statement read back and signed 当面听取意见，笔录经核对签字",
        "Heard with the representative of the section present 在科室代表在场下听取意见",
    ],
    "grounds": [
        "Duty known, limit passed, no hindrance shown; first time 职责明确，逾期，无正当理由，初次",
        "Limit passed, but told upward in person and mended at once 逾期，但及时当面报告并立即补救",
    ],
}

MORE: dict[str, list[str]] = {
    "task.plan": [
        "Two visits, one list, one word a week 两次走访，一份清单，每周一报",
        "One person named, done by the middle of the month 专人负责，月中完成",
    ],
    "result": [
        "Done in all places; list enclosed 已全部落实，清单附后",
        "Done; one place had nothing of the kind 已落实，一处无此情形",
    ],
    "decision": [
        "Check all sites of the same kind within the month 本月内排查同类场所",
        "Means for the repairs come from the reserve 整治经费从预备费列支",
        "Every section names one person who answers for it 各科室明确一名责任人",
    ],
    "assignment": [
        "Check places of the same kind and report 排查同类场所并上报",
        "Name the person who answers for it, and the day 明确责任人和完成日期",
        "Bring the list of stores up to date 更新物资台账",
    ],
    "finding": [],
    "missing": ["Copy of the permit, plan of the site 许可证复印件、现场平面图"],
    "service.outcome": [
        "Issued 已办结发证",
        "Answered in writing 已书面答复",
        "Not for this office; told where 已告知主管部门",
    ],
    "authority": ["The competent authority of the county 县级主管机关"],
    "incident.facts": ["What happened, what was done, what is still open 事件经过、处置情况、未了事项"],
    "content": ["Recurring duties, reports, incidents, findings 经常性职责、报告、事件处置、问题整改"],
    "method": ["The scorecard, from the record 按留痕数据计分"],
    "procedure": ["Draft, objections in five working days, final result 初评、五日内异议、审定"],
    "assessment.result": [
        "By the scorecard; the points are enclosed 按计分表，得分附后",
        "By the scorecard; nothing beside it was taken into account 仅按计分表评定",
    ],
    "objection": [
        "One report was late because its annex came late from the city 一份报告因市局附件迟到而逾期",
        "One incident lies with the neighbouring township 一起事件属邻镇",
    ],
    "reply": [
        "The record stands; the circumstance is noted 记录无误，情况已注明",
        "Granted; the points are set anew 采纳，重新计分",
    ],
}
GIVEN |= MORE

SERVICES = [
    "Permit for a market stall 集市摊位许可",
    "Copy of a deed 档案复印",
    "Extension of a building permit 建筑许可延期",
    "Registration of a small workshop 小作坊登记",
    "Use of the village hall 村部使用申请",
]
CIRCULARS = [
    "Duty over the holiday 节假日值班安排",
    "Flood season: who answers for what 汛期责任分工",
    "Dry season: fire lanes and watches 防火期巡护要求",
    "Year end: papers due, and when 年末材料报送要求",
]
RELEASES = [
    "Notice of the new opening hours 办公时间调整公告",
    "How to apply online 网上申办指南",
    "Yearly account of the office's work 年度工作公开",
]
CHANNEL = "Web site of the county office 县局网站"
STUDY = [
    "Reading the rules together 集体学规章",
    "A case of another county 外县案例剖析",
    "Duties of posts, one by one 岗位职责逐项学",
    "What inspections found 检查问题研讨",
]
SPECIAL_INSPECTION = "Special inspection of stores and rosters 物资与值班专项检查"
SPECIAL = "Special meeting: analysis, reports, assignments 专题会议：研判、听汇报、部署"

REASONS: dict[str, list[str]] = {
    "return": [
        "Figures for one site are missing 缺一处数据",
        "Say who checks it, and when 请写明由谁核查、何时核查",
        "The measures do not match the findings 措施与问题不对应",
    ],
    "regrade": ["More people are touched than was known at first 影响面大于初判", "Less grave than feared 轻于初判"],
    "dismiss": [
        "First time, mended at once; spoken to 初次，已立即补救，予以谈话提醒",
        "No fault of the post: the means were missing 非履职原因，条件不具备",
    ],
    "suspend": ["Facts are looked into anew 事实复核期间暂缓"],
    "cancel": ["One meeting dealt with both 两起事件已一并研究"],
    "keep": [
        "Within what this level deals with itself 属本级处置范围",
        "The superior has been told already 上级已知悉",
    ],
    "uphold": ["Facts and measure hold 事实清楚，处理恰当"],
    "overturn": ["The measure is out of proportion 处理过重"],
}
