"""Words beside which a name stands, words that are none, and what families are called. Pure."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What people are called with two signs; one sign of a shorter name would be half of it.
COMPOUNDS: Final = _words(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 "
    "司徒 夏侯 端木 百里 南宫 轩辕 独孤 西门 呼延 钟离 闻人 澹台 "
    "赫连 公冶 东郭 纳兰 申屠 万俟 濮阳 淳于 单于 拓跋 鲜于 仲孙 "
    "太史"
)
FAMILIES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵钱严赖覃洪莫孔"
)
# Less usual ones: believed only beside a word that announces a person.
RARE_FAMILIES: Final = "苗柴寇柯阮蓝梅童鲍卜葛甘骆霍舒屈祝翟游庞颜倪辛牟闵戚巩聂晁窦奚俞樊阎温常武康尚施易乔文欧殷柳安齐管裴盛喻费缪戴汤万白裘"
NOT_NAMES: Final = _words(
    "签收 已签收 本人 他人收 草签 拍照 家人 同事 门卫 前台 保安 物业 "
    "邮件收发章 收发室 保安室 他人 代收 凭取货码 已收件 正在 电话 签收人 未收到 已收到 "
    "已联系 不在 客户 丰巢 菜鸟 家属 朋友 邻居 亲属 学校 公司 快递柜 "
    "自提柜 值班室 传达室 管理处 拍照签收 图片签收 电子签收 丈母娘 岳母 岳父 婆婆 公公"
)
# Everyday words that begin like a name.
WORDS: Final = _words(
    "高度 高峰 高兴 方便 方式 方面 方向 严重 严格 毛病 余款 余额 "
    "段时 金额 顾客 于是 任何 任务 何时 何种 谢谢 陆续 陆运 付款 "
    "付费 夏天 夏季 周一 周二 周三 周四 周五 周六 周日 周末 周围 "
    "周边 胡同 程度 程序 黄色 孙子 马路 马上 白天 江边 石头 钟点 "
    "叶子 雷雨 龙头 史上 唐突 许可 许多 曾经 苏打 田地 林区 罗列 "
    "汪洋 贺卡 陶瓷 沈重 姜汤 金属 秦淮 洪水 安全 安排 安装 安检 易碎 常温 常规 文件 文具 尚未 温馨 康复 施工 齐全 管理 费用 舒服 舒适 甘蔗 葛根 童装 童鞋 梅花 蓝色 乔迁 盛大 欧洲 殷勤 万一 万分 万达 万家 白色 汤料 高铁 高温 高速 高层 "
    "高价 高空 高考 高烧 金融 金店 石材 水果 马虎 方形 方案 方言 "
    "严禁 任性 任意 何必 谢绝 许久 程控 周内 周年 付清 顾虑 余下 "
    "邮政 顺丰 中通 圆通 申通 韵达 百世 极兔 京东 德邦 汇通 优速 "
    "站点 门店 驿站 小区 东门 南门 西门 北门 丰巢 蜂巢 菜鸟 兔喜 快递 智能 自提 本人 "
    "孔径 洪涝 段落 白酒 江小 雷电 雷暴 龙卷 龙虾"
)
# How a phrase begins that is news of somebody and not a name: 收件人：拒收, 客户：在开会.
PHRASES: Final = tuple(
    _words(
        "已 在 无 不 未 没 拒 暂 要 请 可 需 因 说 改 再 今 昨 这 那 他 她 它 您 你 我 正在 电话 联系 手机 致电"
        " 下午 上午 下周 中午 晚上 明天 后天 收件 寄件 发件 出差 同收 同寄 同上 地址 撤 取 更 辛苦 服务 态度 点赞 凭 图片 照片 满意 同意 希望 表示 反映 投诉"
    )
)
# How places end that begin like a name and stand alone in brackets.
PLACE_ENDS: Final = tuple("庄汇嘴桥镇村乡庙寺港岛湾城园厂")
SITE_ENDS: Final = tuple("室部处站店柜台亭市区县省")
# English words that stand where a name would.
NO_ENGLISH_NAME: Final = _words(
    "vip new late on not no none absent unknown refused delayed customer recipient consignee sender courier agent reception front"
    " security guard neighbour neighbor family colleague concierge mailroom locker front the our a an at in on"
    " parcel package shipment item goods order delivery your this all home office door post station dhl ups fedex ems tnt sf yto zto sto"
)
SITE_WORDS: Final = _words(
    "hub center centre post station locker branch depot office facility point shop store warehouse express"
    " logistics reception desk room airport city carrier parcel package shipment item items staff manager team office guard desk"
)
