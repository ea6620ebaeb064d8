"""The doors for WeChat, the SMS gateway and Kuaidi100; urls.py names each by its module."""
