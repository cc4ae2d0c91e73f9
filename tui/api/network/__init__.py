"""Network access to a service: certificates, proxies, and clients that use them."""
