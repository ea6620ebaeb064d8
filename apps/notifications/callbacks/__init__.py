"""Buttons that come back from WeCom, DingTalk and Feishu: each platform's signature, seal and age are checked here,
and what is left is a ``services.Press``. Pure but for settings; what is refused is BadInput."""
