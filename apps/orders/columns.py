"""The columns of an order spreadsheet, under their Chinese and English headings (ORD-1)."""

from collections.abc import Mapping

from apps.core.sheets import Column

COLUMNS: tuple[Column, ...] = (
    Column("customer_reference", ("客户单号", "Reference", "订单号", "客户订单号", "Order number")),
    Column("job_type", ("作业类型", "Job type")),
    Column("service_level", ("时效", "Service level", "服务时效")),
    Column("transport_mode", ("运输方式", "Transport")),
    Column("vehicle_type", ("车型", "Vehicle type")),
    Column(
        "distance_km", ("里程(km)", "Distance (km)", "里程（km）", "里程", "公里数", "Distance")
    ),
    Column("requested_delivery", ("要求送达时间", "Requested delivery", "送达时间")),
    Column("pickup_company", ("发货公司", "Pickup company", "寄件公司")),
    Column("pickup_contact", ("发货人", "Pickup contact", "寄件人", "发件人", "Sender")),
    Column("pickup_phone", ("发货电话", "Pickup phone", "寄件人电话", "发件电话", "Sender phone")),
    Column("origin_city", ("始发城市", "Origin city", "寄件城市")),
    Column("pickup_address", ("发货地址", "Pickup address", "寄件地址", "发件地址")),
    Column("delivery_company", ("收货公司", "Delivery company", "收件公司")),
    Column(
        "delivery_contact", ("收货人", "Delivery contact", "收件人", "Consignee"), required=True
    ),
    Column(
        "delivery_phone",
        ("收货电话", "Delivery phone", "收件人电话", "收件电话", "Consignee phone"),
        required=True,
    ),
    Column("destination_city", ("目的城市", "Destination city", "收件城市"), required=True),
    Column("delivery_address", ("收货地址", "Delivery address", "收件地址"), required=True),
    Column("goods_name", ("货物名称", "Goods", "品名", "物品名称"), required=True),
    Column("pieces", ("件数", "Pieces", "数量")),
    Column("weight_kg", ("重量(kg)", "Weight (kg)", "重量（kg）", "重量", "重量(公斤)", "Weight")),
    Column("volume_m3", ("体积(m³)", "Volume (m³)", "体积(m3)", "体积（m³）", "体积", "Volume")),
    Column("waybill_per_piece", ("一件一单", "One waybill per piece")),
    Column("packaging_wishes", ("包装要求", "Packaging wishes")),
    Column("declared_value", ("声明价值", "Declared value")),
    Column("insured_amount", ("保价金额", "Insured amount", "保价")),
    Column("estimated_fee", ("预估运费", "Estimated fee")),
    Column("settlement_method", ("结算方式", "Settlement method", "付款方式")),
    Column("cod_amount", ("代收货款", "COD amount", "代收金额")),
    Column("return_document_required", ("签回单", "Signed return document", "返单")),
    Column("sign_off_instructions", ("签收要求", "Sign-off instructions")),
    Column("important_notes", ("重要备注", "Important notes", "备注", "Notes")),
)
EXAMPLE: Mapping[str, str | tuple[str, str]] = {
    "customer_reference": "PO-2026-0001",
    "job_type": ("门到门", "Door to door"),
    "destination_city": "北京市",
    "delivery_company": "示例收货公司",
    "delivery_contact": "李四",
    "delivery_phone": "13900000000",
    "delivery_address": "北京市朝阳区示例路1号",
    "goods_name": "服装",
    "pieces": "2",
    "weight_kg": "3.5",
    "settlement_method": ("月结", "Monthly account"),
}
