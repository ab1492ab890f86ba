"""What tests share: contract suites, fakes and factories, offered as a pytest plugin."""
